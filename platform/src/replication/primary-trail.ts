import type { Lsn } from '@rocket/schema';
import { lsnBytes } from './lsn-bytes.ts';

/** Positions closer together than this tell nothing more about a lag of seconds. */
const SPACING_MS = 250;
const MAX_POINTS = 256;

export interface Lag {
  readonly bytes: number;
  /** How long before the primary's last known position it was where the replica is now; infinite beyond memory. */
  readonly ms: number;
}

/**
 * Where the primary was when. A replica's lag in time is read off it, with one clock and no help of the replica: its own
 * last replayed commit looks old whenever there was nothing to replay.
 */
export interface PrimaryTrail {
  record(lsn: Lsn, atMs: number): void;
  /** None before the primary was seen: nothing better than the replica is known then. */
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
