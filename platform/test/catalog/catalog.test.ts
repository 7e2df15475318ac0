import { appName, graphName, RocketError, shardName } from '@rocket/schema';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import {
  type Catalog,
  createDatabase,
  createLogger,
  databaseUrl,
  dropDatabase,
  openCatalog,
} from '../../src/index.ts';
import { codeOf, emptyDocument } from '../support/fixtures.ts';

const logger = createLogger({ level: 'silent', name: 'test' });
const crm = appName('crm');
const west = shardName('west');

let database: TestDatabase;
let catalog: Catalog;

beforeEach(async () => {
  database = await createTestDatabase();
  catalog = await openCatalog({ url: database.url, logger });
});

afterEach(async () => {
  await catalog.close();
  await database.dispose();
});

async function withApp(): Promise<void> {
  await catalog.addShard({ name: west, databaseUrl: database.serverUrl, url: null });
  await catalog.createApp({ app: crm, shard: west, database: 'rocket_crm' });
}

function addRevision(note: string) {
  const document = { ...emptyDocument(), description: note };
  return catalog.addRevision({
    app: crm,
    document,
    contentHash: `hash of ${note}`,
    createdBy: 'admin@localhost',
  });
}

test('several processes open a new catalog at once and share its secrets', async () => {
  const name = `${database.name}_fresh`;
  const url = databaseUrl(database.serverUrl, name);
  const opened = await Promise.all([1, 2, 3].map(() => openCatalog({ url, logger })));
  try {
    const secrets = await Promise.all(opened.map((each) => each.secrets()));
    expect(new Set(secrets.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(secrets[0]?.internalKey).not.toBe(secrets[0]?.platformTokenSecret);
    expect(secrets[0]?.internalKey).toHaveLength(43);
  } finally {
    await Promise.all(opened.map((each) => each.close()));
    await dropDatabase(database.serverUrl, name);
  }
});

test('a catalog of a newer version is not touched', async () => {
  const direct = createDatabase({ url: database.url, logger });
  await direct.query({
    text: "INSERT INTO schema_migration (number, name) VALUES (9999, 'later')",
    values: [],
  });
  await direct.close();
  expect(await codeOf(openCatalog({ url: database.url, logger }))).toBe('NOT_READY');
});

test('a new app is placed at epoch 1 without a revision', async () => {
  const before = (await catalog.snapshot()).version;
  await catalog.addShard({ name: west, databaseUrl: database.serverUrl, url: 'http://west:4100' });
  expect(await catalog.createApp({ app: crm, shard: west, database: 'rocket_crm' })).toEqual({
    app: 'crm',
    shard: 'west',
    epoch: 1,
    state: 'active',
    database: 'rocket_crm',
  });
  const snapshot = await catalog.snapshot();
  expect(snapshot.version).toBe(before + 2);
  expect(snapshot.apps.get(crm)).toMatchObject({ activeRevision: null, refersTo: [] });
  expect(snapshot.apps.get(crm)?.createdAt).toBeInstanceOf(Date);
  expect(snapshot.shardMap.placements.get(crm)?.database).toBe('rocket_crm');
  expect(snapshot.shardMap.shards.get(west)).toEqual({
    name: 'west',
    url: 'http://west:4100',
    state: 'active',
  });
});

test('an app needs a free name, a free database and a shard', async () => {
  await withApp();
  const shop = appName('shop');
  expect(await codeOf(catalog.createApp({ app: crm, shard: west, database: 'other' }))).toBe('CONFLICT');
  expect(await codeOf(catalog.createApp({ app: shop, shard: west, database: 'rocket_crm' }))).toBe(
    'CONFLICT',
  );
  const nowhere = shardName('nowhere');
  expect(await codeOf(catalog.createApp({ app: shop, shard: nowhere, database: 'd' }))).toBe('NOT_FOUND');
  expect([...(await catalog.snapshot()).apps.keys()]).toEqual(['crm']);
});

test('apps have secrets of their own', async () => {
  await withApp();
  await catalog.createApp({ app: appName('shop'), shard: west, database: 'rocket_shop' });
  const secrets = [...(await catalog.snapshot()).apps.values()].map((app) => app.tokenSecret);
  expect(new Set(secrets).size).toBe(2);
});

test('removing an app forgets everything about it, and may be repeated', async () => {
  await withApp();
  const number = await addRevision('one');
  await catalog.putGraph({ name: graphName('main'), apps: [crm] });
  await catalog.removeApp(crm);
  await catalog.removeApp(crm);
  const snapshot = await catalog.snapshot();
  expect(snapshot.apps.size + snapshot.shardMap.placements.size).toBe(0);
  expect(snapshot.graphs.get(graphName('main'))?.apps).toEqual([]);
  expect(await codeOf(catalog.revision(crm, number))).toBe('NOT_FOUND');
});

test('a shard registers again with equal values only, and stays while apps are on it', async () => {
  await withApp();
  const shard = { name: west, databaseUrl: database.serverUrl, url: null };
  const { version } = await catalog.snapshot();
  await catalog.addShard(shard);
  expect((await catalog.snapshot()).version).toBe(version);
  expect(await codeOf(catalog.addShard({ ...shard, databaseUrl: 'postgres://elsewhere/postgres' }))).toBe(
    'CONFLICT',
  );
  expect(await codeOf(catalog.removeShard(west))).toBe('CONFLICT');
  await catalog.setShardUrl(west, 'http://127.0.0.1:4200');
  await catalog.setShardDatabaseUrl(west, 'postgres://elsewhere/postgres');
  expect(await catalog.shardRegistration(west)).toEqual({
    name: 'west',
    url: 'http://127.0.0.1:4200',
    state: 'active',
    databaseUrl: 'postgres://elsewhere/postgres',
    replicaUrls: [],
    cluster: null,
  });
  await catalog.removeApp(crm);
  await catalog.removeShard(west);
  expect(await codeOf(catalog.shardRegistration(west))).toBe('NOT_FOUND');
  expect(await codeOf(catalog.setShardUrl(west, null))).toBe('NOT_FOUND');
});

test('graphs and compositions are kept', async () => {
  await withApp();
  const main = graphName('main');
  await catalog.putGraph({ name: main, apps: null });
  const { version, graphs } = await catalog.snapshot();
  expect(graphs.get(main)).toEqual({ name: 'main', apps: null });
  await catalog.putGraph({ name: main, apps: null });
  expect((await catalog.snapshot()).version).toBe(version);
  expect(await codeOf(catalog.putGraph({ name: main, apps: [appName('ghost')] }))).toBe('APP_NOT_FOUND');
  await catalog.removeGraph(main);
  expect((await catalog.snapshot()).graphs.size).toBe(0);
});

test('a closed catalog says so instead of hanging', async () => {
  await catalog.close();
  expect(await codeOf(catalog.ping())).toBe('NOT_READY');
  expect(() =>
    catalog.watch(
      () => undefined,
      () => undefined,
    ),
  ).toThrow(RocketError);
});
