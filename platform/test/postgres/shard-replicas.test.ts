import { shardName } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { type Catalog, createLogger, openCatalog } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';

const S1 = shardName('s1');
const PRIMARY = 'postgres://db-1:5432/postgres';
const [SECOND, THIRD] = ['postgres://db-2:5432/postgres', 'postgres://db-3:5432/postgres'];

let test1: TestDatabase;
let catalog: Catalog;

beforeEach(async () => {
  test1 = await createTestDatabase();
  catalog = await openCatalog({ url: test1.url, logger: createLogger({ level: 'silent', name: 'test' }) });
});

afterEach(async () => {
  await catalog.close();
  await test1.dispose();
});

const add = (replicaUrls?: readonly string[]) =>
  catalog.addShard({
    name: S1,
    databaseUrl: PRIMARY,
    url: null,
    ...(replicaUrls === undefined ? {} : { replicaUrls }),
  });
const known = (timeline: number, databaseUrl = PRIMARY) =>
  catalog.setShardCluster(S1, { cluster: { systemId: 'one', timeline }, databaseUrl });

describe('replicas of a shard', () => {
  test('are kept with it, and a registration that does not speak of them leaves them', async () => {
    await add([SECOND, THIRD]);
    await add();
    expect(await catalog.shardRegistration(S1)).toMatchObject({
      replicaUrls: [SECOND, THIRD],
      cluster: null,
    });
    expect(await codeOf(add([SECOND]))).toBe('CONFLICT');
    await expect(add([SECOND, THIRD])).resolves.toBeUndefined();
  });

  test('can be replaced, which is news to those who follow the catalog', async () => {
    await add();
    const { version } = await catalog.snapshot();
    await catalog.setShardServers(S1, { replicaUrls: [SECOND] });
    expect(await catalog.shardRegistration(S1)).toMatchObject({
      databaseUrl: PRIMARY,
      replicaUrls: [SECOND],
    });
    await catalog.setShardServers(S1, { replicaUrls: [SECOND] });
    expect((await catalog.snapshot()).version).toBe(version + 1);
    expect(await codeOf(catalog.setShardServers(shardName('s9'), { replicaUrls: [] }))).toBe('NOT_FOUND');
  });

  test('never bring back a lower timeline, whoever reports last', async () => {
    await add([SECOND]);
    await known(3);
    await known(2);
    expect((await catalog.shardRegistration(S1)).cluster).toEqual({ systemId: 'one', timeline: 3 });
    await known(4, SECOND);
    await catalog.setShardCluster(S1, { cluster: { systemId: 'two', timeline: 9 }, databaseUrl: PRIMARY });
    expect((await catalog.shardRegistration(S1)).cluster).toEqual({ systemId: 'one', timeline: 3 });
  });

  test('keep what is known of the cluster when one of them is named the primary', async () => {
    await add([SECOND]);
    await known(2);
    await catalog.setShardServers(S1, { databaseUrl: SECOND, replicaUrls: [PRIMARY] });
    expect(await catalog.shardRegistration(S1)).toMatchObject({
      databaseUrl: SECOND,
      replicaUrls: [PRIMARY],
      cluster: { systemId: 'one', timeline: 2 },
    });
    await catalog.setShardServers(S1, { databaseUrl: THIRD, replicaUrls: [] });
    expect((await catalog.shardRegistration(S1)).cluster).toBeNull();
  });
});
