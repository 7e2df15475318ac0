import { compareLsn, MAX_STALENESS_MS } from '@rocket/schema';
import type { ConsistencyToken } from '../consistency/consistency-token.ts';
import type { Freshness } from './freshness/freshness.ts';
import type { KeptAnswer } from './kept/kept-answer.ts';

/** How much the clocks of two gateways may differ. */
const CLOCK_SKEW_MS = 10_000;

/** Whether an answer that is current here has everything that the bearer of the token must see. */
export function hasAllOf(
  token: ConsistencyToken,
  { apps }: Pick<KeptAnswer, 'apps'>,
  freshness: Pick<Freshness, 'covers' | 'resetAtMs'>,
): boolean {
  // A current answer has everything that was committed longer ago than this, wherever it was written.
  if (Date.now() - token.issuedAtMs > MAX_STALENESS_MS + CLOCK_SKEW_MS) return true;
  // Positions of before a reset are of another stream.
  const arePositionsValid = token.issuedAtMs > freshness.resetAtMs + CLOCK_SKEW_MS;
  return apps.every((read) => {
    const seen = token.apps.get(read.app);
    if (seen === undefined || seen.epoch < read.epoch) return true;
    if (seen.epoch > read.epoch) return false;
    // There may be changes of which only this is known.
    if (seen.position === null) return false;
    // Its events are applied here, so that an answer without them would be void.
    if (arePositionsValid && freshness.covers(seen.position)) return true;
    return seen.lsn !== null && read.lsn !== null && compareLsn(read.lsn, seen.lsn) >= 0;
  });
}
