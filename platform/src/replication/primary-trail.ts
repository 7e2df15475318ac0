import type { Lsn } from '@rocket/schema';
import { lsnBytes } from './lsn-bytes.ts';

/** Positions closer together than this do not make a lag of seconds more exact. */
const SPACING_MS = 250;
const MAX_POINTS = 256;

export interface Lag {
  readonly bytes: number;
  /**
   * Time from when the primary was at the replica's position to its last known position; infinite when that is not
   * known any more.
   */
  readonly ms: number;
}

/**
 * The primary's positions over time. A replica's lag in time is derived from it, with one clock and without the
 * replica, whose last replayed commit looks old whenever there was nothing to replay.
 */
export interface PrimaryTrail {
  record(lsn: Lsn, atMs: number): void;
  /** No lag before the primary was seen: nothing newer than the replica is known then. */
  lagAt(lsn: Lsn): Lag;
  clear(): void;
}

export function createPrimaryTrail(): PrimaryTrail {
  let points: { readonly bytes: number; readonly atMs: number }[] = [];
  let newest: { readonly bytes: number; readonly atMs: number } | null = null;
  return {
    record(lsn, atMs) {
      newest = { bytes: lsnBytes(lsn), atMs };
      const last = points.at(-1);
      if (last !== undefined && atMs - last.atMs < SPACING_MS) return;
      points.push(newest);
      if (points.length > MAX_POINTS) points = points.slice(-MAX_POINTS / 2);
    },
    lagAt(lsn) {
      if (newest === null) return { bytes: 0, ms: 0 };
      const at = lsnBytes(lsn);
      if (at >= newest.bytes) return { bytes: 0, ms: 0 };
      const passed = points.findLast((point) => point.bytes <= at);
      return { bytes: newest.bytes - at, ms: passed === undefined ? Infinity : newest.atMs - passed.atMs };
    },
    clear() {
      points = [];
      newest = null;
    },
  };
}
