import type { Lsn } from '@rocket/schema';
import { lsnBytes } from './lsn-bytes.ts';

/** Positions closer together than this do not make a lag of seconds more exact. */
const SPACING_MS = 250;
const MAX_POINTS = 256;

export interface Lag {
  readonly bytes: number;
  /** The replica has all that was committed longer ago than this; infinite when that is not known any more. */
  readonly ms: number;
}

/**
 * The primary's positions over time. A replica's lag in time is derived from it, with one clock and without the
 * replica, whose last replayed commit looks old whenever there was nothing to replay. While the primary is not asked,
 * the lag grows: what it has written since then is not known.
 */
export interface PrimaryTrail {
  /** @param askedAtMs when the primary was asked: it was at the position then, or came to it afterwards */
  record(lsn: Lsn, askedAtMs: number): void;
  /**
   * The lag of what was at the position, as of now or, for a primary that does not answer and writes nothing, as of when
   * it last did. Null before it was seen.
   */
  lagAt(lsn: Lsn, nowMs: number | null): Lag | null;
  clear(): void;
}

export function createPrimaryTrail(): PrimaryTrail {
  let points: { readonly bytes: number; readonly atMs: number }[] = [];
  let newest: { readonly bytes: number; readonly atMs: number } | null = null;
  return {
    record(lsn, askedAtMs) {
      newest = { bytes: lsnBytes(lsn), atMs: askedAtMs };
      const last = points.at(-1);
      if (last !== undefined && askedAtMs - last.atMs < SPACING_MS) return;
      points.push(newest);
      if (points.length > MAX_POINTS) points = points.slice(-MAX_POINTS / 2);
    },
    lagAt(lsn, nowMs) {
      if (newest === null) return null;
      const at = lsnBytes(lsn);
      const passed = at >= newest.bytes ? newest : points.findLast((point) => point.bytes <= at);
      const ms = passed === undefined ? Infinity : (nowMs ?? newest.atMs) - passed.atMs;
      return { bytes: Math.max(0, newest.bytes - at), ms };
    },
    clear() {
      points = [];
      newest = null;
    },
  };
}
