import {
  type Catalog,
  type CatalogView,
  createInProcessBus,
  createLogger,
  createMetrics,
  followCatalog,
  loadConfig,
  noSharedCache,
  openCatalog,
} from '@rocket/platform';
import { shardName } from '@rocket/schema';
import { createShardMetrics } from '@rocket/subgraphs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../tests/harness/servers/postgres.ts';
import { createLocalShards, registerLocalShards } from '../src/start/local-shards.ts';

const logger = createLogger({ level: 'silent', name: 'test' });
const config = loadConfig({});
/** Of one shard: for its placements, and for the moves of its apps. */
const SHARD_LISTENERS = 3;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let catalog: Catalog;
const bus = createInProcessBus({ logger });
let view: CatalogView;
beforeAll(async () => {
  database = await createTestDatabase();
  catalog = await openCatalog({ url: database.url, logger });
  view = await followCatalog(catalog, logger);
  await registerLocalShards(catalog, server());
});
afterAll(async () => {
  await view.close();
  await catalog.close();
  await database.dispose();
});

const server = () => ({ url: database.serverUrl, isEmbedded: false });

/** The view, counting who listens to it. */
function countedView() {
  let listeners = 0;
  const counted: CatalogView = {
    get current() {
      return view.current;
    },
    refresh: () => view.refresh(),
    nextChange: (timeoutMs) => view.nextChange(timeoutMs),
    close: () => view.close(),
    onChange(listener) {
      const stop = view.onChange(listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        stop();
      };
    },
  };
  return { counted, listeners: () => listeners };
}

test('shards that were opened are closed again when a further one cannot be', async () => {
  const { counted, listeners } = countedView();
  let most = 0;
  const failing: Catalog = {
    ...catalog,
    async shardRegistration(name) {
      most = Math.max(most, listeners());
      if (name === 's2') throw new Error('the catalog does not answer');
      return await catalog.shardRegistration(name);
    },
  };
  const parts = {
    catalog: () => failing,
    view: () => counted,
    ...{ bus: () => bus, sharedCache: noSharedCache },
    server,
    config,
    logger,
  };
  const shards = createLocalShards(parts).component(createShardMetrics(createMetrics()));
  await expect(shards.start()).rejects.toThrow('the catalog does not answer');
  expect({ most, left: listeners() }).toEqual({ most: SHARD_LISTENERS, left: 0 });
});

test('one that is added and removed while another one is being opened is not opened', async () => {
  const { counted, listeners } = countedView();
  const asked: string[] = [];
  const gate = Promise.withResolvers<void>();
  const slow: Catalog = {
    ...catalog,
    async shardRegistration(name) {
      asked.push(name);
      if (name === 's3') await gate.promise;
      return await catalog.shardRegistration(name);
    },
  };
  const parts = {
    catalog: () => slow,
    view: () => counted,
    ...{ bus: () => bus, sharedCache: noSharedCache },
    server,
    config,
    logger,
  };
  const shards = createLocalShards(parts);
  const component = shards.component(createShardMetrics(createMetrics()));
  await component.start();
  const adding = shards.add(shardName('s3'));
  await expect.poll(() => asked).toContain('s3');
  await catalog.addShard({ name: shardName('s4'), databaseUrl: database.serverUrl, url: null });
  await view.refresh();
  await catalog.removeShard(shardName('s4'));
  await view.refresh();
  gate.resolve();
  await adding;
  // The two of a start, the added one, and the shards themselves.
  expect(listeners()).toBe(3 * SHARD_LISTENERS + 1);
  await component.stop();
  expect(asked).not.toContain('s4');
  expect(listeners()).toBe(0);
});
