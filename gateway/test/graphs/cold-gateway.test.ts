/** What a gateway needs for a graph that was composed before, by itself or another. */
import {
  createLogger,
  createStoredDocuments,
  noSharedCache,
  openRedisCache,
  type SharedCache,
} from '@rocket/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  findRedisServer,
  type RedisServer,
  startRedisServer,
} from '../../../tests/harness/servers/redis-server.ts';
import { SHARED_THREADS } from '../../../tests/harness/shared-threads.ts';
import { until } from '../../../tests/harness/until.ts';
import { QuestionIndex } from '../../src/cache/questions/question.ts';
import { createCompositions } from '../../src/graphs/compositions.ts';
import { type GraphKey, shapeOf } from '../../src/graphs/graph-key.ts';
import { loadGraph, revisionIdOf } from '../../src/graphs/load-graph.ts';
import { createRevisionDocuments, createRevisionModels } from '../../src/graphs/revision-documents.ts';
import { app, createWorld, documentOf, type World } from '../support/world.ts';

const binary = findRedisServer();
const logger = createLogger({ level: 'silent', name: 'test' });
const crm: GraphKey = { kind: 'app', app: app('crm') };

let world: World;
let imported = 0;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});
/** A new document, whose composition a first gateway keeps in the catalog. */
beforeEach(async () => {
  imported += 1;
  await world.importApp('crm', documentOf('customer', [`field${imported}`]));
  expect(await coldLoad(noSharedCache())).toMatchObject({ composed: 1 });
});

async function graphId() {
  return revisionIdOf(shapeOf(crm, await world.catalog.snapshot()));
}

/** Loads the graph as a gateway that was just started, and tells what that took. */
async function coldLoad(sharedCache: SharedCache, changes: Partial<World['catalog']> = {}) {
  const took = { composed: 0, documents: 0, compositions: 0 };
  const catalog: World['catalog'] = {
    ...world.catalog,
    revision: (...of) => {
      took.documents += 1;
      return world.catalog.revision(...of);
    },
    composition: (id) => {
      took.compositions += 1;
      return world.catalog.composition(id);
    },
    ...changes,
  };
  const { composer, planner } = SHARED_THREADS;
  const stored = { catalog, sharedCache, logger };
  const documents = createRevisionDocuments(createStoredDocuments(stored));
  const graph = await loadGraph(shapeOf(crm, await catalog.snapshot()), {
    ...{ catalog, planner, logger },
    composer: {
      ...composer,
      compose: (...of) => {
        took.composed += 1;
        return composer.compose(...of);
      },
    },
    compositions: createCompositions(stored),
    documents,
    models: createRevisionModels(documents),
    index: new QuestionIndex(),
    subgraphs: { execute: () => Promise.reject(new Error('nobody asks for data')) },
    introspection: true,
  });
  await graph.retire();
  return took;
}

async function forgetComposition(): Promise<void> {
  await world.catalog.putComposition(await graphId(), { supergraphSdl: 7 });
}

describe('a gateway without Redis', () => {
  it('reads the composition from the catalog, and no document', async () => {
    expect(await coldLoad(noSharedCache())).toEqual({ composed: 0, documents: 0, compositions: 1 });
  });

  it('composes where the catalog has something else, and keeps that', async () => {
    await forgetComposition();
    expect(await coldLoad(noSharedCache())).toEqual({ composed: 1, documents: 1, compositions: 1 });
    expect(await coldLoad(noSharedCache())).toEqual({ composed: 0, documents: 0, compositions: 1 });
  });

  it('serves although the composition cannot be kept', async () => {
    await forgetComposition();
    const putComposition = () => Promise.reject(new Error('no room'));
    expect(await coldLoad(noSharedCache(), { putComposition })).toMatchObject({ composed: 1 });
  });
});

describe.skipIf(binary === null)('a gateway with Redis', () => {
  let server: RedisServer;
  let cache: SharedCache;
  beforeEach(async () => {
    server = await startRedisServer(binary ?? '');
    cache = await openRedisCache({ url: server.url, namespace: 'test', logger, readTimeoutMs: 900 });
    return async () => {
      await cache.close();
      await server.dispose();
    };
  });
  /** Waits until Redis has what the gateways have given it, and returns the key of that. */
  async function kept(kind: string): Promise<string> {
    let keys: string[] = [];
    await until(async () => {
      keys = (await server.command('--scan', '--pattern', `rocket:test:${kind}:*`))
        .split('\n')
        .filter(Boolean);
      return keys.length === 1;
    });
    return keys[0] ?? '';
  }

  it('composes nothing, and reads neither documents nor compositions from the catalog', async () => {
    expect(await coldLoad(cache)).toEqual({ composed: 0, documents: 0, compositions: 1 });
    await kept('composition');
    expect(await coldLoad(cache)).toEqual({ composed: 0, documents: 0, compositions: 0 });
  });

  it('composes from the documents in Redis', async () => {
    await forgetComposition();
    await coldLoad(cache);
    await Promise.all([kept('document'), kept('composition')]);
    await cache.clear('composition:');
    await forgetComposition();
    expect(await coldLoad(cache)).toEqual({ composed: 1, documents: 0, compositions: 1 });
  });

  it.each(['{', '{"supergraphSdl":7}', 'null'])(
    'takes no other value for a composition: %s',
    async (text) => {
      await coldLoad(cache);
      const key = await kept('composition');
      // The first byte says that the rest is as it was given.
      await server.command('eval', 'return redis.call("set", KEYS[1], "\\0" .. ARGV[1])', '1', key, text);
      expect(await coldLoad(cache)).toEqual({ composed: 0, documents: 0, compositions: 1 });
      await until(async () => (await coldLoad(cache)).compositions === 0);
    },
  );

  it('does not take what Redis has of another document of the same number', async () => {
    await coldLoad(cache);
    await kept('composition');
    const documentNames: World['catalog']['documentNames'] = async (members) =>
      (await world.catalog.documentNames(members)).map((name) => ({ ...name, contentHash: 'another' }));
    expect(await coldLoad(cache, { documentNames })).toMatchObject({ compositions: 1 });
  });

  it('loads all the same while Redis is frozen', async () => {
    server.freeze();
    const startedAt = performance.now();
    expect(await coldLoad(cache)).toEqual({ composed: 0, documents: 0, compositions: 1 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(cache.counts().timeouts).toBe(1);
    server.thaw();
  });
});
