import { describe, expect, it } from 'vitest';
import { Invalidations } from '../../src/cache/freshness/invalidations.ts';

const read = (position: number, ...tags: number[]) => ({
  tags: Float64Array.from(tags),
  stamp: { position },
  checkedTo: 0,
});

describe('invalidated tags', () => {
  it('void what was read before them, and nothing else', () => {
    const known = new Invalidations();
    known.reached(10);
    known.invalidate([1, 2], 12);
    expect(known.isVoid(read(11, 1))).toBe(true);
    expect(known.isVoid(read(11, 3, 2))).toBe(true);
    expect(known.isVoid(read(11, 3))).toBe(false);
    // Read after the event was applied.
    expect(known.isVoid(read(12, 1))).toBe(false);
  });

  it('are looked up once for each change', () => {
    const known = new Invalidations();
    known.reached(10);
    const answer = read(10, 1);
    known.invalidate([2], 11);
    expect(known.isVoid(answer)).toBe(false);
    expect(answer.checkedTo).toBe(11);
    expect(known.isVoid(answer)).toBe(false);
    known.invalidate([1], 12);
    expect(known.isVoid(answer)).toBe(true);
    expect(known.isVoid(answer)).toBe(true);
  });

  it('count from the last time', () => {
    const known = new Invalidations();
    known.invalidate([1], 10);
    known.invalidate([1], 20);
    expect(known.isVoid(read(15, 1))).toBe(true);
    expect(known.isVoid(read(20, 1))).toBe(false);
  });

  it('void everything while nothing is known, and what is older than all that is known', () => {
    const known = new Invalidations();
    expect(known.isVoid(read(5))).toBe(true);
    known.reached(10);
    expect(known.isVoid(read(9))).toBe(true);
    expect(known.isVoid(read(10, 1))).toBe(false);
  });

  it('are bounded: when one is forgotten, everything of before is void', () => {
    const known = new Invalidations(3);
    known.reached(1);
    for (const [index, tag] of [101, 102, 103, 101, 104].entries()) known.invalidate([tag], 10 + index);
    // 102, of position 11, was the oldest when 104 came; 101 had come again.
    expect(known).toMatchObject({ size: 3, forgotten: 1, floor: 11 });
    expect(known.isVoid(read(10, 999))).toBe(true);
    expect(known.isVoid(read(11, 999))).toBe(false);
    expect(known.isVoid(read(11, 103))).toBe(true);
  });

  it('are of no use after a reset', () => {
    const known = new Invalidations();
    known.invalidate([1], 50);
    known.reset();
    expect(known.isVoid(read(60, 2))).toBe(true);
    known.reached(3);
    expect(known.isVoid(read(3, 1))).toBe(false);
  });
});
