import { describe, expect, it } from 'vitest';
import { nextOccurrence } from '../../src/index.ts';

function next(cron: string, timeZone: string, after: string, times = 1): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  let from: Date | null = new Date(after);
  while (from !== null && found.length < times) {
    from = nextOccurrence({ cron, timeZone }, from);
    found.push(from?.toISOString());
  }
  return found;
}

describe('nextOccurrence', () => {
  it('keeps the hour of the zone when summer time begins and ends', () => {
    expect(next('0 9 * * *', 'Europe/Zurich', '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
    ]);
    expect(next('0 9 * * *', 'Europe/Zurich', '2026-10-24T00:00:00Z', 2)).toEqual([
      '2026-10-24T07:00:00.000Z',
      '2026-10-25T08:00:00.000Z',
    ]);
  });

  it('takes the end of the gap for a time that is skipped, and a time that comes twice once', () => {
    expect(next('30 2 * * *', 'Europe/Zurich', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(next('30 2 * * *', 'Europe/Zurich', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('reads seconds where there are six parts, and is always later than the time given', () => {
    expect(next('*/30 * * * * *', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual([
      '2026-01-01T00:00:30.000Z',
      '2026-01-01T00:01:00.000Z',
    ]);
    expect(next('0 0 * * 1', 'UTC', '2026-01-05T00:00:00Z')).toEqual(['2026-01-12T00:00:00.000Z']);
  });

  it('finds leap days, and nothing where no time comes', () => {
    expect(next('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z')).toEqual(['2028-02-29T00:00:00.000Z']);
    expect(nextOccurrence({ cron: '0 0 30 2 *', timeZone: 'UTC' }, new Date(0))).toBeNull();
  });
});
