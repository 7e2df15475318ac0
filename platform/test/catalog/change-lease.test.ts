import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

test('a renewal that fails is logged, and tried again', async () => {
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => lines.push(line) },
  });
  let fails = false;
  let renewals = 0;
  const query = async () => {
    if (fails) throw new Error('no answer', { cause: new Error('the network is down') });
    renewals += 1;
    return [[1]];
  };
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const leases = changeLeases(
      { query, transaction: () => Promise.reject(new Error('unused')), close: async () => undefined },
      log,
    );
    const lease = await leases.claimChanges({ holder: 'the import of crm', waitMs: LONG_MS });
    fails = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
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
  } finally {
    vi.useRealTimers();
  }
});
