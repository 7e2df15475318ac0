import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { changeLeases } from '../../src/catalog/change-lease.ts';
import { type Catalog, createDatabase, createLogger, openCatalog } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';

const logger = createLogger({ level: 'silent', name: 'test' });
const LONG_MS = 10_000;

let database: TestDatabase;
let catalogs: readonly [Catalog, Catalog];

beforeEach(async () => {
  database = await createTestDatabase();
  const options = { url: database.url, logger };
  catalogs = [await openCatalog(options), await openCatalog(options)];
});

afterEach(async () => {
  await Promise.all(catalogs.map((catalog) => catalog.close()));
  await database.dispose();
});

test('a second change waits for the end of the first, and hears what it waits for', async () => {
  const first = await catalogs[0].claimChanges({ holder: 'the import of crm', waitMs: LONG_MS });
  const heard: string[] = [];
  let claimed = false;
  const second = catalogs[1].claimChanges({
    holder: 'the import of shop',
    waitMs: LONG_MS,
    onWait: (holder) => heard.push(holder),
  });
  void second.then(() => {
    claimed = true;
  });
  await expect.poll(() => heard).toEqual(['the import of crm']);
  expect(claimed).toBe(false);
  first.require();
  await first.release();
  const lease = await second;
  lease.require();
  expect(() => first.require()).toThrow('another change may have begun');
  expect(heard).toHaveLength(1);
  await lease.release();
});

test('a change that waited for long enough is refused, and told for what', async () => {
  const first = await catalogs[0].claimChanges({ holder: 'the import of crm', waitMs: LONG_MS });
  const second = catalogs[1].claimChanges({ holder: 'the import of shop', waitMs: 100 });
  await expect(second).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('the import of crm'),
  });
  await first.release();
});

test('the lease of a holder that has died is free when it has expired', async () => {
  await catalogs[0].claimChanges({ holder: 'the import of crm', waitMs: LONG_MS });
  expect(await codeOf(catalogs[1].claimChanges({ holder: 'another', waitMs: 0 }))).toBe('CONFLICT');
  const direct = createDatabase({ url: database.url, logger });
  await direct.query({
    text: `UPDATE change_lease SET expires_at = now() - interval '1 second'`,
    values: [],
  });
  await direct.close();
  const lease = await catalogs[1].claimChanges({ holder: 'another', waitMs: 0 });
  await lease.release();
});

/** A lease over a catalog that answers as `answer` says, and what is logged of it. The time of its renewals stands still. */
async function leaseOver(answer: () => Promise<number[][]>) {
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => lines.push(line) },
  });
  const { claimChanges } = changeLeases(
    { query: answer, transaction: () => Promise.reject(new Error('unused')), close: async () => undefined },
    log,
  );
  const lease = await claimChanges({ holder: 'the import of crm', waitMs: LONG_MS });
  return { lease, log: () => lines.map((line) => JSON.parse(line)) };
}

describe('the renewal of a lease', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('that fails is logged, and tried again', async () => {
    let fails = false;
    let renewals = 0;
    const { lease, log } = await leaseOver(async () => {
      if (fails) throw new Error('no answer', { cause: new Error('the network is down') });
      renewals += 1;
      return [[1]];
    });
    fails = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(log()).toMatchObject([
      {
        holder: 'the import of crm',
        err: { message: 'no answer', cause: { message: 'the network is down' } },
      },
    ]);
    fails = false;
    const before = renewals;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(renewals).toBe(before + 1);
    lease.require();
    await lease.release();
  });

  test('that is under way when the lease is released does not bring it back', async () => {
    let renewal = Promise.withResolvers<number[][]>();
    renewal.resolve([[1]]);
    const { lease } = await leaseOver(() => renewal.promise);
    renewal = Promise.withResolvers();
    await vi.advanceTimersByTimeAsync(5_000);
    const released = lease.release();
    renewal.resolve([[1]]);
    await released;
    expect(() => lease.require()).toThrow('another change may have begun');
  });
});
