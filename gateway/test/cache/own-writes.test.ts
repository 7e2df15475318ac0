import { appName, epoch, lsn } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { OwnWrites } from '../../src/cache/freshness/own-writes.ts';

const AT = { app: appName('crm'), epoch: epoch(2) };
const event = (position: number) => ({ at: AT, position, lsn: lsn(`0/${position}`) });

/** A time before everything, and one after. */
const NEVER = Number.NEGATIVE_INFINITY;
const LATER = Number.POSITIVE_INFINITY;

describe('own writes', () => {
  it('are waited for until the last of their events is applied, in whatever order', async () => {
    const own = new OwnWrites();
    own.applied('crm:2:7', event(70));
    const waited = own.wait(AT, ['7', '9', '8'], 10_000);
    own.applied('crm:2:9', event(90));
    own.applied('crm:2:8', event(80));
    expect(await waited).toStrictEqual(event(90));
    expect(own.isMissing(AT, NEVER)).toBe(false);
  });

  it('that do not come make their app miss something until all of before is known to have come', async () => {
    let now = 1_000;
    const own = new OwnWrites(() => now);
    expect(await own.wait(AT, ['1', '2', '3'], 0)).toBeNull();
    now = 2_000;
    expect(await own.wait(AT, ['4'], 0)).toBeNull();
    expect(own.isMissing(AT, 1_500)).toBe(true);
    expect(own.isMissing({ ...AT, epoch: epoch(3) }, NEVER)).toBe(false);
    expect(own.isMissing(AT, 2_001)).toBe(false);
    expect(own.isMissing(AT, NEVER)).toBe(false);
  });

  it('of before a reset are waited for no more', async () => {
    const own = new OwnWrites();
    await own.wait(AT, ['1'], 0);
    own.reset();
    expect(own.isMissing(AT, NEVER)).toBe(false);
  });

  it('that a reset loses make their app miss something only for a time', async () => {
    const own = new OwnWrites();
    const waited = own.wait(AT, ['1'], 10);
    own.reset();
    expect(await waited).toBeNull();
    expect(own.isMissing(AT, NEVER)).toBe(true);
    expect(own.isMissing(AT, LATER)).toBe(false);
  });
});
