/**
 * No read shows a state that lacks what was committed longer ago than this, whether it is answered by a replica or by a
 * cache.
 */
export const MAX_STALENESS_MS = 2_000;
