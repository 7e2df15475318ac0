import type { ConsistencyToken } from '../consistency/consistency-token.ts';
import type { MissReason } from './cache-outcome.ts';
import type { Freshness } from './freshness/freshness.ts';
import { hasAllOf } from './has-all-of.ts';
import type { KeptAnswer } from './kept/kept-answer.ts';

export type KeptFault = Exclude<MissReason, 'new'> | 'unsure';

/** Why a kept answer cannot be given now; null when it can. @param by what the caller must see, if anything */
export function keptFault(
  kept: KeptAnswer,
  by: { readonly token: ConsistencyToken | null; readonly freshness: Freshness },
): KeptFault | null {
  if (kept.expiresAtMs <= Date.now()) return 'expired';
  const standing = by.freshness.standing(kept);
  if (standing !== 'current') return standing;
  return by.token === null || hasAllOf(by.token, kept, by.freshness) ? null : 'consistency';
}
