import { appName, epoch, lsn } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { OwnWrites } from '../../src/cache/freshness/own-writes.ts';

const AT = { app: appName('crm'), epoch: epoch(2) };
const event = (position: number) => ({ at: AT, position, lsn: lsn(`0/${position}`) });

describe('own writes', () => {
  it('are waited for until the last of their events is applied, in whatever order', async () => {
    const own = new OwnWrites();
    own.applied('crm:2:7', event(70));
    const waited = own.wait(AT, ['7', '9', '8'], 10_000);
    own.applied('crm:2:9', event(90));
    own.applied('crm:2:8', event(80));
    expect(await waited).toStrictEqual(event(90));
    expect(own.isMissing(AT)).toBe(false);
  });

  it('that do not come make their app miss something until they come', async () => {
    const own = new OwnWrites();
    own.applied('crm:2:1', event(10));
    expect(await own.wait(AT, ['1', '2', '3'], 0)).toBeNull();
    expect(own.isMissing(AT)).toBe(true);
    expect(own.isMissing({ ...AT, epoch: epoch(3) })).toBe(false);
    own.applied('crm:2:2', event(20));
    expect(own.isMissing(AT)).toBe(true);
    own.applied('crm:2:3', event(30));
    expect(own.isMissing(AT)).toBe(false);
  });

  it('of before a reset are waited for no more', async () => {
    const own = new OwnWrites();
    await own.wait(AT, ['1'], 0);
    own.reset();
    expect(own.isMissing(AT)).toBe(false);
  });
});
