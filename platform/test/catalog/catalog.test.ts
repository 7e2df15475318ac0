import { appName, graphName, RocketError, shardName } from '@rocket/schema';
import { expect, test } from 'vitest';
import { createDatabase, databaseUrl, dropDatabase, openCatalog } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';
import { crm, freshCatalog, logger, west } from '../support/fresh-catalog.ts';

const fresh = freshCatalog();
const { withApp, addRevision } = fresh;

test('several processes open a new catalog at once and share its secrets', async () => {
  const name = `${fresh.database.name}_fresh`;
  const url = databaseUrl(fresh.database.serverUrl, name);
  const opened = await Promise.all([1, 2, 3].map(() => openCatalog({ url, logger })));
  try {
    const secrets = await Promise.all(opened.map((each) => each.secrets()));
    expect(new Set(secrets.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(secrets[0]?.internalKey).not.toBe(secrets[0]?.platformTokenSecret);
    expect(secrets[0]?.internalKey).toHaveLength(43);
  } finally {
    await Promise.all(opened.map((each) => each.close()));
    await dropDatabase(fresh.database.serverUrl, name);
  }
});

test('a catalog of a newer version is not touched', async () => {
  const direct = createDatabase({ url: fresh.database.url, logger });
  await direct.query({
    text: "INSERT INTO schema_migration (number, name) VALUES (9999, 'later')",
    values: [],
  });
  await direct.close();
  expect(await codeOf(openCatalog({ url: fresh.database.url, logger }))).toBe('NOT_READY');
});

test('a new app is placed at epoch 1 without a revision', async () => {
  const before = (await fresh.catalog.snapshot()).version;
  await fresh.catalog.addShard({
    name: west,
    databaseUrl: fresh.database.serverUrl,
    url: 'http://west:4100',
  });
  expect(await fresh.catalog.createApp({ app: crm, shard: west, database: 'rocket_crm' })).toEqual({
    app: 'crm',
    shard: 'west',
    epoch: 1,
    state: 'active',
    database: 'rocket_crm',
    since: null,
    movingTo: null,
  });
  const snapshot = await fresh.catalog.snapshot();
  expect(snapshot.version).toBe(before + 2);
  expect(snapshot.apps.get(crm)).toMatchObject({ activeRevision: null, refersTo: [] });
  expect(snapshot.apps.get(crm)?.createdAt).toBeInstanceOf(Date);
  expect(snapshot.shardMap.placements.get(crm)?.database).toBe('rocket_crm');
  expect(snapshot.shardMap.shards.get(west)).toEqual({
    name: 'west',
    url: 'http://west:4100',
    state: 'active',
    history: null,
  });
});

test('an app needs a free name, a free database and a shard', async () => {
  await withApp();
  const shop = appName('shop');
  expect(await codeOf(fresh.catalog.createApp({ app: crm, shard: west, database: 'other' }))).toBe(
    'CONFLICT',
  );
  expect(await codeOf(fresh.catalog.createApp({ app: shop, shard: west, database: 'rocket_crm' }))).toBe(
    'CONFLICT',
  );
  const nowhere = shardName('nowhere');
  expect(await codeOf(fresh.catalog.createApp({ app: shop, shard: nowhere, database: 'd' }))).toBe(
    'NOT_FOUND',
  );
  expect([...(await fresh.catalog.snapshot()).apps.keys()]).toEqual(['crm']);
});

test('apps have secrets of their own', async () => {
  await withApp();
  await fresh.catalog.createApp({ app: appName('shop'), shard: west, database: 'rocket_shop' });
  const secrets = [...(await fresh.catalog.snapshot()).apps.values()].map((app) => app.tokenSecret);
  expect(new Set(secrets).size).toBe(2);
});

test('removing an app forgets everything about it, and may be repeated', async () => {
  await withApp();
  const number = await addRevision('one');
  await fresh.catalog.putGraph({ name: graphName('main'), apps: [crm] });
  await fresh.catalog.removeApp(crm);
  await fresh.catalog.removeApp(crm);
  const snapshot = await fresh.catalog.snapshot();
  expect(snapshot.apps.size + snapshot.shardMap.placements.size).toBe(0);
  expect(snapshot.graphs.get(graphName('main'))?.apps).toEqual([]);
  expect(await codeOf(fresh.catalog.revision(crm, number))).toBe('NOT_FOUND');
});

test('a shard registers again with equal values only, and stays while apps are on it', async () => {
  await withApp();
  const shard = { name: west, databaseUrl: fresh.database.serverUrl, url: null };
  const { version } = await fresh.catalog.snapshot();
  await fresh.catalog.addShard(shard);
  expect((await fresh.catalog.snapshot()).version).toBe(version);
  expect(
    await codeOf(fresh.catalog.addShard({ ...shard, databaseUrl: 'postgres://elsewhere/postgres' })),
  ).toBe('CONFLICT');
  expect(await codeOf(fresh.catalog.removeShard(west))).toBe('CONFLICT');
  await fresh.catalog.setShardUrl(west, 'http://127.0.0.1:4200');
  await fresh.catalog.setShardDatabaseUrl(west, 'postgres://elsewhere/postgres');
  expect(await fresh.catalog.shardRegistration(west)).toEqual({
    name: 'west',
    url: 'http://127.0.0.1:4200',
    state: 'active',
    databaseUrl: 'postgres://elsewhere/postgres',
    replicaUrls: [],
    cluster: null,
  });
  await fresh.catalog.removeApp(crm);
  await fresh.catalog.removeShard(west);
  expect(await codeOf(fresh.catalog.shardRegistration(west))).toBe('NOT_FOUND');
  expect(await codeOf(fresh.catalog.setShardUrl(west, null))).toBe('NOT_FOUND');
});

test('graphs and compositions are kept', async () => {
  await withApp();
  const main = graphName('main');
  await fresh.catalog.putGraph({ name: main, apps: null });
  const { version, graphs } = await fresh.catalog.snapshot();
  expect(graphs.get(main)).toEqual({ name: 'main', apps: null });
  await fresh.catalog.putGraph({ name: main, apps: null });
  expect((await fresh.catalog.snapshot()).version).toBe(version);
  expect(await codeOf(fresh.catalog.putGraph({ name: main, apps: [appName('ghost')] }))).toBe(
    'APP_NOT_FOUND',
  );
  await fresh.catalog.removeGraph(main);
  expect((await fresh.catalog.snapshot()).graphs.size).toBe(0);
});

test('a closed catalog says so instead of hanging', async () => {
  await fresh.catalog.close();
  expect(await codeOf(fresh.catalog.ping())).toBe('NOT_READY');
  expect(() =>
    fresh.catalog.watch(
      () => undefined,
      () => undefined,
    ),
  ).toThrow(RocketError);
});
