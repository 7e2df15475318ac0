import { expect, it } from 'vitest';
import { PositionTrail } from '../../src/cache/freshness/position-trail.ts';

it('knows the messages of the last positions, and no other message at one of them', () => {
  const trail = new PositionTrail(4);
  expect(trail.last).toBeNull();
  expect(trail.has({ position: 0, message: 0 })).toBe(false);
  for (const position of [1, 2, 3, 5, 6]) trail.add({ position, message: position * 11 });
  expect(trail.last).toStrictEqual({ position: 6, message: 66 });
  expect(trail.has({ position: 5, message: 55 })).toBe(true);
  expect(trail.has({ position: 5, message: 56 })).toBe(false);
  // Jumped over, and overwritten by position 5.
  expect(trail.has({ position: 4, message: 44 })).toBe(false);
  expect(trail.has({ position: 1, message: 11 })).toBe(false);
  expect(trail.has({ position: 7, message: 77 })).toBe(false);
});

it('knows nothing after a reset', () => {
  const trail = new PositionTrail(4);
  trail.add({ position: 2, message: 22 });
  trail.reset();
  expect(trail.last).toBeNull();
  expect(trail.has({ position: 2, message: 22 })).toBe(false);
});
