import { describe, expect, it } from 'vitest';
import { Invalidations } from '../../src/cache/freshness/invalidations.ts';

const tags = (...of: number[]) => Float64Array.from(of);

describe('invalidated tags', () => {
  it('void what was read before them, and nothing else', () => {
    const known = new Invalidations();
    known.reached(10);
    known.invalidate([1, 2], 12);
    expect(known.isVoid(tags(1), 11)).toBe(true);
    expect(known.isVoid(tags(3, 2), 11)).toBe(true);
    expect(known.isVoid(tags(3), 11)).toBe(false);
    // Read after the event was applied.
    expect(known.isVoid(tags(1), 12)).toBe(false);
  });

  it('count from the last time', () => {
    const known = new Invalidations();
    known.invalidate([1], 10);
    known.invalidate([1], 20);
    expect(known.isVoid(tags(1), 15)).toBe(true);
    expect(known.isVoid(tags(1), 20)).toBe(false);
  });

  it('void everything while nothing is known, and what is older than all that is known', () => {
    const known = new Invalidations();
    expect(known.isVoid(tags(), 5)).toBe(true);
    known.reached(10);
    expect(known.isVoid(tags(), 9)).toBe(true);
    expect(known.isVoid(tags(1), 10)).toBe(false);
  });

  it('are bounded: when one is forgotten, everything of before is void', () => {
    const known = new Invalidations(3);
    known.reached(1);
    for (const [index, tag] of [101, 102, 103, 101, 104].entries()) known.invalidate([tag], 10 + index);
    // 102, of position 11, was the oldest when 104 came; 101 had come again.
    expect(known).toMatchObject({ size: 3, forgotten: 1, floor: 11 });
    expect(known.isVoid(tags(999), 10)).toBe(true);
    expect(known.isVoid(tags(999), 11)).toBe(false);
    expect(known.isVoid(tags(103), 11)).toBe(true);
  });

  it('are of no use after a reset', () => {
    const known = new Invalidations();
    known.invalidate([1], 50);
    known.reset();
    expect(known.isVoid(tags(2), 60)).toBe(true);
    known.reached(3);
    expect(known.isVoid(tags(1), 3)).toBe(false);
  });
});
