/** The end of an activation: waits a while for the indexes that the revision can be served without. */
import { setTimeout as sleep } from 'node:timers/promises';
import { countMissingIndexes, type FinishIndexesInput, finishIndexes } from './finish-indexes.ts';

/** Less than a gateway waits for an activation. */
const DEFAULT_WAIT_MS = 60_000;

type SettleInput = Omit<FinishIndexesInput, 'onChange'> & { readonly indexWaitMs?: number };

/**
 * Resolves with descriptions of what was done by then. The rest continues, and only `onProblem` gets its failures.
 * Never rejects: the revision is activated, whatever becomes of its indexes.
 */
export async function settleIndexes(input: SettleInput): Promise<readonly string[]> {
  const changes: string[] = [];
  const finish: FinishIndexesInput = { ...input, onChange: (change) => changes.push(change) };
  const finishing = finishIndexes(finish).catch((error: unknown) => {
    changes.push('could not finish the indexes: they are looked at again when the app is next opened');
    input.onProblem(error);
  });
  const timer = new AbortController();
  const waited: unique symbol = Symbol('waited');
  const first = await Promise.race([
    finishing,
    untilWaited(input.indexWaitMs ?? DEFAULT_WAIT_MS, waited, timer),
  ]);
  timer.abort();
  return first === waited ? [...changes, ...(await stillMissing(finish))] : changes;
}

async function untilWaited<T>(ms: number, value: T, timer: AbortController): Promise<T> {
  try {
    return await sleep(ms, value, { signal: timer.signal });
  } catch {
    // The timer was aborted, because nobody waits any more.
    return value;
  }
}

async function stillMissing(input: FinishIndexesInput): Promise<readonly string[]> {
  try {
    const count = await countMissingIndexes(input);
    return count === 0 ? [] : [`${count} ${count === 1 ? 'index is' : 'indexes are'} still being built`];
  } catch (error) {
    input.onProblem(error);
    return ['indexes are still being built'];
  }
}
