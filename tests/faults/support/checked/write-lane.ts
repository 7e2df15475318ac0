/** Writes to one app, one after the other, each noted in the app's timeline with the state that it leads to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CheckedAccess } from './checked-access.ts';
import type { AppKey, TableName } from './checked-apps.ts';
import type { Reader, State } from './checked-state.ts';
import type { Chance } from './seeded-random.ts';
import type { SeenToken, Tokens } from './seen-tokens.ts';
import type { Timeline } from './timeline.ts';

export interface WriteContext {
  readonly chance: Chance;
  readonly state: State;
  /** Larger than every one of before. */
  readonly counter: number;
  /** Ids of users whom records can belong to. */
  readonly owners: readonly string[];
  /** Ids of customers, also of some that are not there. */
  readonly customers: readonly string[];
  /** An id that no record has; null when all are taken. */
  readonly spare: (table: TableName) => string | null;
}

/** Null when there is nothing that it could be done to. */
export type MakeWrite = (context: WriteContext) => {
  readonly mutation: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Once it is made. */
  readonly state: State;
} | null;

export interface WriteLaneOptions extends Omit<WriteContext, 'state' | 'counter'> {
  readonly app: AppKey;
  readonly kinds: readonly MakeWrite[];
  readonly installation: Pick<CheckedAccess, 'ask' | 'read' | 'isWriting'>;
  readonly timeline: Timeline;
  readonly tokens: Tokens;
  readonly admin: Reader;
}

export interface WriteLane {
  readonly made: number;
  /** What was not acknowledged, with how often. */
  readonly refused: ReadonlyMap<string, number>;
  /** Resolves when the last write is answered. @throws what no database may do */
  stop(): Promise<void>;
}

const PAUSE_MS = 30;
/** Between looks at a database where it is not known whether a write was made. */
const LOOK_MS = 100;

export function startWriteLane(options: WriteLaneOptions): WriteLane {
  const { chance, timeline, kinds } = options;
  const refused = new Map<string, number>();
  let made = 0;
  let isStopped = false;

  async function write(): Promise<void> {
    const { newest: state, number } = timeline;
    const planned = chance.oneOf(kinds)?.({ ...options, state, counter: number + 1 }) ?? null;
    if (planned === null) return;
    timeline.begin(planned.state);
    const fault = await send(options, planned);
    if (fault === null) {
      made += 1;
      return;
    }
    refused.set(fault, (refused.get(fault) ?? 0) + 1);
    await settle(options, state);
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      await write();
      await sleep(PAUSE_MS);
    }
  }

  const ended = run();
  return {
    get made() {
      return made;
    },
    refused,
    stop() {
      isStopped = true;
      return ended;
    },
  };
}

/** Returns what went wrong; null when the write was made. */
async function send(
  { app, installation, chance, timeline, tokens, admin }: WriteLaneOptions,
  { mutation, variables }: NonNullable<ReturnType<MakeWrite>>,
): Promise<string | null> {
  const before: SeenToken | null = tokens.pick(chance);
  const reply = await installation.ask({
    ...{ gateway: chance.below(2), graph: app, reader: admin, query: mutation, variables },
    token: before?.token ?? null,
  });
  const it = reply.data?.['it'] as { readonly errors: readonly { readonly message: string }[] } | null;
  if (it !== null && it !== undefined && it.errors.length === 0) {
    timeline.confirm();
    tokens.add(reply.token, { ...before?.least, [app]: timeline.number }, before);
    return null;
  }
  return it?.errors[0]?.message ?? reply.fault ?? `status ${reply.status}`;
}

/** Finds out from the database whether the write was made, once nothing is under way there any more. */
async function settle({ app, installation, timeline }: WriteLaneOptions, before: State): Promise<void> {
  for (;;) {
    await sleep(LOOK_MS);
    if (await installation.isWriting(app)) continue;
    const state = await installation.read(app);
    if (isDeepStrictEqual(state, timeline.newest)) return timeline.confirm();
    if (isDeepStrictEqual(state, before)) return timeline.cancel();
    throw new Error(`${app} holds neither what was there nor what was written`);
  }
}
