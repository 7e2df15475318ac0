import { shardName } from '@rocket/schema';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import {
  type Catalog,
  type CatalogSnapshot,
  createDatabase,
  createLogger,
  openCatalog,
  type PooledDatabase,
} from '../../src/index.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

let database: TestDatabase;
let direct: PooledDatabase;
let catalog: Catalog;
let seen: CatalogSnapshot[];
let errors: unknown[];

beforeEach(async () => {
  database = await createTestDatabase();
  direct = createDatabase({ url: database.url, logger });
  catalog = await openCatalog({ url: database.url, logger });
  seen = [];
  errors = [];
});

afterEach(async () => {
  await catalog.close();
  await direct.close();
  await database.dispose();
});

function watch(): () => Promise<void> {
  return catalog.watch(
    (snapshot) => seen.push(snapshot),
    (error) => errors.push(error),
  );
}

function addShard(name: string): Promise<void> {
  return catalog.addShard({ name: shardName(name), databaseUrl: database.serverUrl, url: null });
}

/** Process ids of the connections that listen. */
async function listeners(): Promise<readonly unknown[]> {
  const rows = await direct.query({
    text: `SELECT pid FROM pg_stat_activity
           WHERE datname = $1 AND application_name = 'rocket-catalog-watch' AND query LIKE 'LISTEN%'`,
    values: [database.name],
  });
  return rows.map(([pid]) => pid);
}

async function untilSeen(shard: string): Promise<void> {
  await vi.waitFor(() => expect(seen.at(-1)?.shardMap.shards.has(shardName(shard))).toBe(true), {
    timeout: 20_000,
  });
}

test('a watcher gets the present state, then each change, with growing versions', async () => {
  watch();
  await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 10_000 });
  await addShard('one');
  await untilSeen('one');
  await addShard('two');
  await untilSeen('two');
  const versions = seen.map((snapshot) => snapshot.version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  expect(errors).toEqual([]);
});

test('a watcher that loses its connection says so, comes back, and misses nothing', async () => {
  watch();
  await vi.waitFor(async () => expect(await listeners()).toHaveLength(1), { timeout: 10_000 });
  const [lost] = await listeners();
  await direct.query({ text: 'SELECT pg_terminate_backend($1)', values: [lost] });
  await addShard('meanwhile');
  await untilSeen('meanwhile');
  await vi.waitFor(async () => expect(await listeners()).toHaveLength(1), { timeout: 10_000 });
  expect(await listeners()).not.toContain(lost);
  expect(errors).not.toEqual([]);
  await addShard('later');
  await untilSeen('later');
});

test('a lost notification is made up for by the poll', async () => {
  watch();
  await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 10_000 });
  // Changed behind the catalog's back: nobody is notified.
  await direct.query({
    text: `INSERT INTO shard (name, database_url) VALUES ('silent', 'postgres://x/y')`,
    values: [],
  });
  await direct.query({ text: 'UPDATE installation SET version = version + 1', values: [] });
  await untilSeen('silent');
});

test('after the stop nobody listens and nobody is called', async () => {
  const stop = watch();
  await vi.waitFor(async () => expect(await listeners()).toHaveLength(1), { timeout: 10_000 });
  await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 10_000 });
  await stop();
  await vi.waitFor(async () => expect(await listeners()).toEqual([]), { timeout: 10_000 });
  await addShard('unseen');
  expect(seen).toHaveLength(1);
  expect(errors).toEqual([]);
});
