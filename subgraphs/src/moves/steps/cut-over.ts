/**
 * The app goes from the source to the target, while its writes wait: gateways hold them, writers end, the source is fenced,
 * the target gets the last changes and is compared, the placement is switched. Until then everything can be undone, and is
 * undone when it takes too long.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeDeadline } from '@rocket/platform';
import { isMoveDecided, type Lsn } from '@rocket/schema';
import { createCommitTracker } from '../../databases/commit-tracker.ts';
import { sweepOutbox } from '../../outbox/relay/sweep-outbox.ts';
import { selectWriters } from '../../outbox/writers/writers-sql.ts';
import { putMarker, selectMarker } from '../barrier/fence-sql.ts';
import { lowerFence, raiseFence, underTerm } from '../barrier/write-barrier.ts';
import { advanceSlot, flushPosition, selectFlushPosition } from '../channel/channel-sql.ts';
import { compareAtRest } from '../compare/compare-at-rest.ts';
import { type ComparedTable, readComparedTables } from '../compare/read-compared-tables.ts';
import { describeDifference } from '../compare/table-difference.ts';
import { MoveGivenUp } from '../held-move.ts';
import { readSequenceValues, setSequenceValues } from '../structure/sequence-values.ts';
import { markerArrives } from './follow.ts';
import { type MoveParts, nextEpoch, reverseChannel, termOf } from './move-step.ts';
import { requireSameHistory } from './same-history.ts';
import { mayPass, Passing, problemOf } from './switch-problem.ts';

/** Gateways hold writes for five seconds, and each attempt has to be undone within them when it fails. */
const ATTEMPT_MS = 2_800;
/** Writers of processes that work end within some ms. One that does not is ended by the fence. */
const WRITERS_MS = 400;
const WRITERS_POLL_MS = 4;
/** Gateways have heard by then that writes are held. */
const HEARD_MS = 10;
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** @throws MoveGivenUp when transactions stay open too long, each time; the source serves as before */
export async function cutOver(parts: MoveParts): Promise<void> {
  const { move } = parts;
  const tables = await readComparedTables(parts.sides.source.database);
  for (let attempt = 1; ; attempt += 1) {
    move.check();
    try {
      return await attemptSwitch(parts, tables);
    } catch (error) {
      if (isMoveDecided(move.record.phase)) throw error;
      const { detail } = move.progress;
      const problem = problemOf(error, detail ?? null);
      await goBack(parts, problem);
      if (error instanceof MoveGivenUp || !mayPass(error)) throw error;
      if (attempt === MAX_ATTEMPTS) throw new MoveGivenUp('failed', problem, error);
      move.logger.warn(
        { err: error, app: move.record.app, attempt },
        'an app could not be switched; once more',
      );
    }
    await pause(parts, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
  }
}

/** The app is served where it was. Called whenever its writes may be held, whoever has held them. */
export async function goBack(parts: MoveParts, problem: string | null): Promise<void> {
  const { move, sides } = parts;
  // Refused when the placement was switched after all, and the answer was lost: then there is no way back.
  await move.advance({ phase: 'fenced', note: 'goes back' });
  // Even where no fence was seen to be raised: that answer may have been lost too.
  await lowerFence(sides.source.database, termOf(parts), move.record.epoch);
  const change = { phase: 'following', placement: { kind: 'release' } } as const;
  await move.advance(problem === null ? change : { ...change, note: problem, problem });
}

async function attemptSwitch(parts: MoveParts, tables: readonly ComparedTable[]): Promise<void> {
  const { move, sides, bus } = parts;
  const { source, target } = sides;
  if (bus.state().kind === 'down') throw new Passing('The event stream cannot be reached');
  await move.advance({ phase: 'holding', placement: { kind: 'hold' } });
  move.heldSinceMs = performance.now();
  const deadlineAtMs = Date.now() + ATTEMPT_MS;
  await awaitWriters(parts);
  move.check();
  await move.advance({ phase: 'fenced' });
  await raiseFence(source.database, termOf(parts), nextEpoch(parts));
  move.tell({ detail: 'what was not told yet is published' });
  await beforeDeadline(deadlineAtMs, publishLeft(parts));
  move.tell({ detail: 'the last changes are awaited' });
  const marker = randomUUID();
  const sequences = await readSequenceValues(source.database);
  await source.database.query(putMarker(marker));
  if (!(await markerArrives(target.database, marker, () => Date.now() < deadlineAtMs)))
    throw new Passing('The last changes did not come in time');
  move.tell({ detail: 'both sides are compared' });
  await requireEqual(parts, tables, deadlineAtMs);
  move.tell({ detail: 'the target is completed' });
  const completed = randomUUID();
  const since = await complete(parts, sequences, completed);
  if (Date.now() > deadlineAtMs) throw new Passing('The switch took too long');
  await move.advance({ phase: 'switched', marker: completed, placement: { kind: 'switch', since } });
}

/** The target takes writes from here on. Called again by whoever takes over a move that is decided. */
export async function open(parts: MoveParts): Promise<void> {
  const { move, sides } = parts;
  await requireComplete(parts);
  await lowerFence(sides.target.database, termOf(parts), nextEpoch(parts));
  await move.advance({ phase: 'switched', note: 'opened', problem: null, placement: { kind: 'open' } });
  if (move.heldSinceMs !== null) move.tell({ pauseMs: Math.round(performance.now() - move.heldSinceMs) });
}

/** A replica that was promoted since may lack some of it; the source has all, and takes no writes. */
async function requireComplete({ move, sides }: MoveParts): Promise<void> {
  const { app, marker, source, target } = move.record;
  if (marker === null) return;
  const [row] = await sides.target.database.query(selectMarker(marker));
  if (row?.[0] === true) return;
  throw new Error(
    `The Postgres of shard ${target.shard} has lost what app ${app} had when it was switched, as by a promotion; database ${source.database} on shard ${source.shard} has it`,
  );
}

/** Processes that follow the catalog end their writers when they hear that the app moves, and publish what they have. */
async function awaitWriters({ sides }: MoveParts): Promise<void> {
  const untilMs = performance.now() + WRITERS_MS;
  await sleep(HEARD_MS);
  while (performance.now() < untilMs) {
    if ((await sides.source.database.query(selectWriters())).length === 0) return;
    await sleep(WRITERS_POLL_MS);
  }
}

async function requireEqual(
  { sides, settings, move }: MoveParts,
  tables: readonly ComparedTable[],
  deadlineAtMs: number,
): Promise<void> {
  const signal = AbortSignal.timeout(Math.max(1, deadlineAtMs - Date.now()));
  const compared = await compareAtRest({
    ...{ source: sides.source.database, target: sides.target.database, tables, signal },
    ...{ budgetRows: settings.comparedAtRest, countBudgetRows: settings.countedAtRest },
  });
  const { differences, countedOnly, skipped } = compared;
  if (differences.length > 0)
    throw new MoveGivenUp(
      'failed',
      `The copy is not right: ${differences.map(describeDifference).join('; ')}`,
    );
  if (countedOnly.length + skipped.length === 0) return;
  move.logger.info(
    { countedOnly, skipped },
    'large tables were compared in full before writes were held only',
  );
}

/**
 * What processes that were ended have committed and not told comes before all that is told of the target. Within one process
 * everything was told when it was committed; it is marked when it was handled, which waits for the move, and until then
 * it comes along as what is to be told.
 */
async function publishLeft(parts: MoveParts): Promise<void> {
  const { move, sides, bus } = parts;
  if (!bus.outlivesProcess) return;
  const database = { primary: sides.source.database, committed: positionsOf(parts) };
  await sweepOutbox({ app: move.record.app, bus, database, of: { writer: null, upTo: null } });
}

/** What is not replicated, and that all of it is on the disk. @returns where the log of the target was then */
async function complete(
  parts: MoveParts,
  sequences: Awaited<ReturnType<typeof readSequenceValues>>,
  marker: string,
): Promise<Lsn> {
  const { database } = parts.sides.target;
  await underTerm(database, termOf(parts), async (tx) => {
    await tx.query({ text: "SELECT set_config('synchronous_commit', 'on', true)", values: [] });
    await tx.query(setSequenceValues(sequences));
    // Sequences alone are not waited for at the commit.
    await tx.query(putMarker(marker));
  });
  await database.query(advanceSlot(reverseChannel(parts).name));
  await requireSameHistory(parts);
  return flushPosition(await database.query(selectFlushPosition()));
}

function positionsOf({ sides }: MoveParts): () => Promise<Lsn> {
  const tracker = createCommitTracker(sides.source.database, { timeline: 0 });
  return () => tracker.position();
}

async function pause({ move }: MoveParts, ms: number): Promise<void> {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) {
    move.check();
    await sleep(Math.min(100, ms));
  }
}
