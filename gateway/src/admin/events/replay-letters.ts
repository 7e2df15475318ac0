import { beforeDeadline, type DeadLetter, type DeadLetterFilter } from '@rocket/platform';
import { type AppName, type ErrorCode, RocketError } from '@rocket/schema';
import { ADMIN_TIMEOUT_MS, type AdminParts } from '../parts.ts';

/** Letters of one request, at most. */
export const MAX_REPLAYED = 100;
/** No letter is begun later: one that is handled may take a shard long, and the answer must not come too late. */
const BEGIN_WITHIN_MS = 30_000;

/** Letters as somebody has chosen them. */
export type ChosenLetters =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'filter'; readonly filter: DeadLetterFilter };

export interface ReplayedLetter {
  readonly id: string;
  readonly app: AppName | null;
  readonly outcome: 'handled' | 'failed' | 'missing';
  readonly code: ErrorCode | null;
  readonly message: string | null;
}

/**
 * Has letters handled by the shards of their apps, one after the other in the order in which they were given up, since
 * one may build on what another did; and drops those that were. Those that there was no time for are not in the answer.
 * @param after the last id of the request before, for a filter
 */
export async function replayLetters(
  chosen: ChosenLetters,
  after: string | null,
  parts: AdminParts,
): Promise<readonly ReplayedLetter[]> {
  const beginUntilMs = performance.now() + BEGIN_WITHIN_MS;
  const replayed: ReplayedLetter[] = [];
  for (const id of await idsOf(chosen, after, parts)) {
    if (performance.now() > beginUntilMs) break;
    replayed.push(await replay(id, parts));
  }
  return replayed;
}

async function idsOf(chosen: ChosenLetters, after: string | null, { catalog }: AdminParts) {
  if (chosen.kind === 'ids') return chosen.ids.toSorted((a, b) => Number(BigInt(a) - BigInt(b)));
  const page = { first: 'oldest', after, limit: MAX_REPLAYED } as const;
  return (await catalog.deadLetters.list(chosen.filter, page)).map(({ id }) => id);
}

async function replay(id: string, parts: AdminParts): Promise<ReplayedLetter> {
  const letter = await parts.catalog.deadLetters.get(id);
  if (letter === null) return { id, app: null, outcome: 'missing', code: null, message: null };
  const { app } = letter;
  const failure = await handle(letter, parts);
  if (failure !== null) return { id, app, outcome: 'failed', ...failure };
  await parts.catalog.deadLetters.drop([id]);
  return { id, app, outcome: 'handled', code: null, message: null };
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Null when it was handled. The other letters are to be handled all the same. */
async function handle(letter: DeadLetter, { shards, logger }: AdminParts): Promise<Failure | null> {
  const { id, app, consumer, subject, payload } = letter;
  if (app === null) return { code: 'APP_NOT_FOUND', message: 'The event is of no app that could handle it' };
  const deadlineAtMs = Date.now() + ADMIN_TIMEOUT_MS;
  try {
    await shards.call({ app, operation: 'write', deadlineAtMs }, (shard, { epoch }) =>
      beforeDeadline(deadlineAtMs, shard.handleEvent({ app, epoch }, { consumer, subject, payload })),
    );
    return null;
  } catch (error) {
    if (error instanceof RocketError) return { code: error.code, message: error.message };
    logger.error({ err: error, app, letter: id }, 'an event that was given up could not be handled');
    return { code: 'INTERNAL_ERROR', message: 'The log of the gateway says why' };
  }
}
