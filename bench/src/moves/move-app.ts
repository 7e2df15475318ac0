/** Has the app moved, waits until that is done, and tells how long its parts took, by the steps that the product has noted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ADMIN, askAdmin, signIn } from '../admin-api.ts';
import { SHOP_APP } from '../sides/gateway.ts';
import type { MoveWorld, Shard } from './move-world.ts';

const FIELDS =
  'id from to toDatabase phase isOver isBack problem pauseMs requestedAt steps { phase note at }';
const MOVE_APP = `mutation ($name: ID!, $to: ID, $back: Boolean! = false) {
  moveApp(name: $name, to: $to, back: $back) { ${FIELDS} } }`;
const SEE = `query ($id: ID!) { move(id: $id) { ${FIELDS} } }`;
const POLL_MS = 200;
const TIMEOUT_MS = 120_000;
const OPENED = 'opened';

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const move = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  toDatabase: z.string(),
  phase: z.string(),
  isOver: z.boolean(),
  isBack: z.boolean(),
  problem: z.string().nullable(),
  pauseMs: z.number().nullable(),
  requestedAt: time,
  steps: z.array(z.object({ phase: z.string(), note: z.string().nullable(), at: time })),
});
type SeenMove = z.infer<typeof move>;

/** Milliseconds. Null where a move that is taken back has no such phase. */
export interface MoveParts {
  readonly preparing: number | null;
  readonly copying: number | null;
  readonly indexing: number | null;
  readonly comparing: number | null;
  /** Also attempts to switch that were undone. */
  readonly following: number;
  /** From the request until all rows and indexes are there. */
  readonly copiedAndIndexed: number | null;
  /** From the request until the target takes writes. */
  readonly whole: number;
}

export interface PauseParts {
  /** Until the source is about to be fenced. */
  readonly holding: number;
  /** Fence, last changes, comparison. */
  readonly fenced: number;
  /** Until the target takes writes. */
  readonly opening: number;
}

export interface MovedApp {
  readonly from: string;
  readonly to: string;
  /** Where the app is. */
  readonly toDatabase: string;
  readonly isBack: boolean;
  readonly parts: MoveParts;
  readonly pause: PauseParts;
  /** As the product tells. */
  readonly pauseMs: number;
  /** To switch. */
  readonly attempts: number;
  /** Unix times in ms: when writes were first held in the last attempt, and when the target took them. */
  readonly heldAtMs: number;
  readonly openedAtMs: number;
}

/** @param until `done` when the former database is dropped, `kept` where it is to stay */
export async function moveApp(
  { gateway }: MoveWorld,
  whereto: { readonly to: Shard } | { readonly back: true },
  until: 'kept' | 'done',
): Promise<MovedApp> {
  const { origin: url } = new URL(gateway.url);
  const admin = { url, token: await signIn(url, ADMIN) };
  const asked = z
    .object({ data: z.object({ moveApp: move }) })
    .parse(await askAdmin(admin, MOVE_APP, { name: SHOP_APP, ...whereto }));
  const { id } = asked.data.moveApp;
  const untilMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const { data } = z.object({ data: z.object({ move }) }).parse(await askAdmin(admin, SEE, { id }));
    const { phase, problem } = data.move;
    if (phase === until || (until === 'kept' && phase === 'done')) return movedApp(data.move);
    if (phase === 'failed' || phase === 'aborted') throw new Error(`The app was not moved: ${problem}`);
    if (performance.now() > untilMs)
      throw new Error(`The move is still ${phase}: ${problem ?? 'no problem'}`);
    await sleep(POLL_MS);
  }
}

function movedApp(seen: SeenMove): MovedApp {
  const { from, to, toDatabase, isBack, requestedAt, pauseMs, steps } = seen;
  const first = (phase: string): number | null => steps.find((step) => step.phase === phase)?.at ?? null;
  const last = (phase: string, note?: string): number => {
    const step = steps.findLast((each) => each.phase === phase && (note === undefined || each.note === note));
    if (step === undefined) throw new Error(`The move has no step ${phase}`);
    return step.at;
  };
  const between = (begin: number | null, end: number | null) =>
    begin === null || end === null ? null : end - begin;
  const [heldAtMs, openedAtMs] = [last('holding'), last('switched', OPENED)];
  const [fencedAtMs, switchedAtMs] = [last('fenced'), first('switched') ?? openedAtMs];
  const [copying, indexing, comparing, following] = ['copying', 'indexing', 'comparing', 'following'].map(
    first,
  );
  return {
    ...{ from, to, toDatabase, isBack, heldAtMs, openedAtMs },
    pauseMs: pauseMs ?? openedAtMs - heldAtMs,
    attempts: steps.filter(({ phase }) => phase === 'holding').length,
    parts: {
      preparing: between(first('preparing'), copying ?? null),
      copying: between(copying ?? null, indexing ?? null),
      indexing: between(indexing ?? null, comparing ?? null),
      comparing: between(comparing ?? null, following ?? null),
      following: heldAtMs - (following ?? requestedAt),
      copiedAndIndexed: between(requestedAt, comparing ?? null),
      whole: openedAtMs - requestedAt,
    },
    pause: {
      holding: fencedAtMs - heldAtMs,
      fenced: switchedAtMs - fencedAtMs,
      opening: openedAtMs - switchedAtMs,
    },
  };
}
