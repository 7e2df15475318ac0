import { setTimeout as sleep } from 'node:timers/promises';
import { type Catalog, createLogger, followCatalog, openCatalog } from '@rocket/platform';
import { RocketError, shardName } from '@rocket/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  followRegistration,
  type RegistrationFollower,
} from '../subgraphs/src/databases/follow-registration.ts';
import {
  createCounters,
  openReplicaApp,
  portOf,
  portsOf,
  type ReplicaApp,
  read,
  write,
} from './harness/replica-app.ts';
import { createTestDatabase, type TestDatabase } from './harness/servers/postgres.ts';
import { type ReplicatedPostgres, startReplicatedPostgres } from './harness/servers/replicas.ts';
import { until } from './harness/until.ts';

const SHARD = shardName('s1');
const logger = createLogger({ level: 'silent', name: 'test' });

let postgres: ReplicatedPostgres;
let catalogDatabase: TestDatabase;
let catalog: Catalog;
let app: ReplicaApp;
let follower: RegistrationFollower;

beforeAll(async () => {
  [postgres, catalogDatabase] = await Promise.all([startReplicatedPostgres(), createTestDatabase()]);
  catalog = await openCatalog({ url: catalogDatabase.url, logger });
  const replicaUrls = postgres.replicas.map(({ url }) => url);
  await catalog.addShard({ name: SHARD, databaseUrl: postgres.primary.url, url: null, replicaUrls });
  app = openReplicaApp({
    primaryUrl: postgres.primary.url,
    replicaUrls,
    onCluster: (cluster) => follower.report(cluster),
  });
  const view = await followCatalog(catalog, logger);
  follower = followRegistration({
    catalog,
    view,
    shard: SHARD,
    replication: app.replication,
    onError: fail,
  });
  await postgres.createDatabase('app');
  await createCounters(app);
});

afterAll(async () => {
  await follower.close();
  await app.close();
  await catalog.close();
  await catalogDatabase.dispose();
  await postgres.dispose();
});

let failure: unknown = null;
function fail(error: unknown): void {
  failure = error;
}

/** Writes again and again until so many were acknowledged. */
async function writeUntil(count: number): Promise<{ written: number[]; codes: Set<string> }> {
  const written: number[] = [];
  const codes = new Set<string>();
  for (let id = 1_000; written.length < count; id += 1) {
    try {
      await write(app, id, id);
      written.push(id);
    } catch (error) {
      codes.add(error instanceof RocketError ? error.code : String(error));
      await sleep(5);
    }
  }
  return { written, codes };
}

test('a promoted replica becomes the primary, and the former primary is not written to again', async () => {
  const { primary, replicas } = postgres;
  const [promoted, other] = replicas;
  for (let value = 1; value <= 20; value += 1) await write(app, 1, value);
  const position = await app.app.committed();
  await Promise.all(replicas.map((replica) => replica.waitForReplay(position)));
  await until(async () => (await catalog.shardRegistration(SHARD)).cluster?.timeline === 1);

  await primary.kill();
  await expect(write(app, 1, 0)).rejects.toMatchObject({ code: 'SHARD_UNAVAILABLE', retryable: true });
  // Stored data can still be read.
  expect(await read(app, 1)).toMatchObject({ kind: 'replica', value: 20 });

  const writing = writeUntil(50);
  await promoted.promote();
  await other.follow(promoted);
  // The former primary comes back as if nothing had happened, and takes writes.
  await primary.start();
  const { written, codes } = await writing;
  expect([...codes]).toEqual(['SHARD_UNAVAILABLE']);
  expect(app.replication.timeline).toBe(2);

  expect((await app.replication.primary()).url).toBe(promoted.url);
  const counts = `SELECT count(*)::int FROM counter WHERE id >= 1000`;
  const { database } = await app.app.reader(null);
  expect(await database.query({ text: counts, values: [] })).toEqual([[written.length]]);
  const formerly = openReplicaApp({ primaryUrl: primary.url, replicaUrls: [] });
  expect(await formerly.app.primary.query({ text: counts, values: [] })).toEqual([[0]]);
  await formerly.close();

  // The other replica has followed and serves again; positions of the former timeline do not keep anyone waiting.
  await until(async () => (await read(app, 1)).port === portOf(other));
  expect(new Set(await portsOf(app, 20))).toEqual(new Set([portOf(other)]));
  await until(() => app.statuses.get(primary.name)?.up === true);
  expect(app.statuses.get(primary.name)).toMatchObject({
    used: false,
    problem: 'is left behind on timeline 1',
  });
  expect(failure).toBeNull();
});

test('a process that starts later does not write to the former primary, even where it sees no other', async () => {
  const [promoted, other] = postgres.replicas;
  await until(async () => (await catalog.shardRegistration(SHARD)).cluster?.timeline === 2);
  const { databaseUrl, cluster } = await catalog.shardRegistration(SHARD);
  await promoted.kill();
  const late = openReplicaApp({ primaryUrl: databaseUrl, replicaUrls: [promoted.url, other.url], cluster });
  try {
    await expect(write(late, 1, 0)).rejects.toMatchObject({ code: 'SHARD_UNAVAILABLE' });
    await promoted.start();
    await write(late, 1, 21);
    expect(await read(late, 1)).toMatchObject({ value: 21 });
  } finally {
    await late.close();
  }
});
