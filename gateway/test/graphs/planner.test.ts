import { randomUUID } from 'node:crypto';
import { composeServices } from '@apollo/composition';
import { appName, buildModel, composeGraph, parseDocument } from '@rocket/schema';
import { afterEach, describe, expect, it } from 'vitest';
import { createPlanner, type Planner, type PlanRequest } from '../../src/planning/planner.ts';
import { parse } from '../support/graphql.ts';

const FRAIL = new URL('../support/frail-plan-worker.ts', import.meta.url);

const opened: Planner[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((planner) => planner.close()));
});

function open(options: Parameters<typeof createPlanner>[0] = {}): Planner {
  const planner = createPlanner(options);
  opened.push(planner);
  return planner;
}

function request(source: string, more: Partial<PlanRequest> = {}): PlanRequest {
  return { hash: source, source, operationName: undefined, deadlineAtMs: Number.POSITIVE_INFINITY, ...more };
}

const SMALL = supergraph('type Query { node: Node } type Node { name: String next: Node }');

function supergraph(sdl: string): string {
  const { supergraphSdl, errors } = composeServices([{ name: 'only', typeDefs: parse(sdl) }]);
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

/** The supergraph of an app with so many entities, each with eight fields and a relation to the next. */
function largeSupergraph(entities: number): string {
  const names = Array.from({ length: entities }, (_, index) => `e${index}x`);
  const app = appName('large');
  const parsed = parseDocument(
    {
      version: 1,
      entities: names.map((name) => ({
        name,
        table: name,
        primary_key: { field: 'id', type: 'uuid', generated: true },
        fields: [
          { name: 'id', type: 'uuid' },
          ...['string', 'int', 'decimal', 'timestamp', 'string', 'int', 'decimal', 'timestamp'].map(
            (type, index) => ({ name: `f${index}`, type }),
          ),
          { name: 'parent_id', type: 'uuid' },
        ],
      })),
      relations: names.slice(1).map((name, index) => ({
        name: `r${index}`,
        type: 'one_to_many',
        source: `e${index}x`,
        target: name,
        target_key: 'parent_id',
      })),
      permissions: names.map((entity) => ({ entity, action: 'read', roles: ['public'] })),
    },
    app,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults.slice(0, 3)));
  const model = buildModel(parsed.document, app);
  const composition = composeGraph({ home: app, members: new Map([[app, model]]) });
  if (!composition.ok) throw new Error('the document does not compose');
  return composition.supergraphSdl;
}

describe('the planner', () => {
  it('plans operations, equal ones once', async () => {
    const graph = await open().load(SMALL);
    const asked = request('{ node { name } }');
    const [first, same] = await Promise.all([graph.plan(asked), graph.plan(asked)]);
    expect(first).toMatchObject({ node: { kind: 'Fetch', serviceName: 'only', operationKind: 'query' } });
    expect(same).toBe(first);
    expect(await graph.plan(asked)).toBe(first);
    expect(graph.subgraphs).toEqual([{ name: 'only', url: '' }]);
  });

  it('knows which of several operations is asked for', async () => {
    const graph = await open().load(SMALL);
    const source = 'query A { node { name } } query B { node { next { name } } }';
    const [a, b] = await Promise.all(
      ['A', 'B'].map((operationName) => graph.plan(request(source, { operationName }))),
    );
    expect(a).toMatchObject({ node: { operationName: 'A__only__0' } });
    expect(b).toMatchObject({ node: { operationName: 'B__only__0' } });
  });

  it('leaves the thread that answers requests alone while it loads a large graph', async () => {
    const large = largeSupergraph(200);
    const planner = open();
    const small = await planner.load(SMALL);
    const before = process.threadCpuUsage();
    let isLoaded = false;
    const loading = planner.load(large).finally(() => {
      isLoaded = true;
    });
    let answered = 0;
    for (; !isLoaded && answered < 3; answered++) {
      await small.plan(request(`{ node { n${answered}: name } }`));
    }
    // Plans of another graph do not wait for it.
    expect(isLoaded).toBe(false);
    const { apiSchema } = await loading;
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(500);
    expect(apiSchema.getQueryType()?.getFields()).toHaveProperty('e199x');
  });

  it('says that an operation is too large to be planned', async () => {
    const graph = await open().load(SMALL);
    const fragments = Array.from(
      { length: 26 },
      (_, index) => `fragment F${index + 1} on Node { a: next { ...F${index} } b: next { ...F${index} } }`,
    );
    const source = `{ node { ...F26 } } fragment F0 on Node { name } ${fragments.join(' ')}`;
    await expect(graph.plan(request(source))).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('refuses a supergraph that is none', async () => {
    await expect(open().load('type Query { a: Int }')).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  });
});

describe('a planning thread', () => {
  it('that dies is replaced, and takes with it only the operation that it died of', async () => {
    const graph = await open({ worker: FRAIL }).load(SMALL);
    const [deadly, innocent] = await Promise.allSettled([
      graph.plan(request('query dies { node { name } }')),
      graph.plan(request('{ node { name } }')),
    ]);
    expect(deadly).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL_ERROR' } });
    expect(innocent).toMatchObject({ status: 'fulfilled', value: { node: { kind: 'Fetch' } } });
    expect(await graph.plan(request('{ node { next { name } } }'))).toMatchObject({
      node: { kind: 'Fetch' },
    });
  });

  it('that dies by accident is replaced without anybody noticing', async () => {
    const graph = await open({ worker: FRAIL }).load(SMALL);
    const source = `query trips_over_${randomUUID().replaceAll('-', '')} { node { name } }`;
    expect(await graph.plan(request(source))).toMatchObject({ node: { kind: 'Fetch' } });
  });

  it('forgets a graph that is dropped, and serves the others', async () => {
    const planner = open();
    const [gone, ...others] = await Promise.all(['a', 'b', 'c', 'd'].map(() => planner.load(SMALL)));
    gone?.drop();
    gone?.drop();
    await expect(gone?.plan(request('{ node { name } }'))).rejects.toMatchObject({ code: 'NOT_READY' });
    for (const graph of others)
      expect(await graph.plan(request('{ node { name } }'))).toMatchObject({ node: { kind: 'Fetch' } });
  });

  it('that is stuck is replaced, and is not given the operation again', async () => {
    const graph = await open({ worker: FRAIL, planStallMs: 300 }).load(SMALL);
    const stuck = request('query hangs { node { name } }');
    const late = { code: 'DEADLINE_EXCEEDED', message: 'The operation could not be planned in time' };
    await expect(graph.plan(stuck)).rejects.toMatchObject(late);
    const refused = graph.plan({ ...stuck, deadlineAtMs: Date.now() + 200 });
    await expect(refused).rejects.toMatchObject(late);
    expect(await graph.plan(request('{ node { name } }'))).toMatchObject({ node: { kind: 'Fetch' } });
  });

  it('holds no request beyond its deadline', async () => {
    const graph = await open({ worker: FRAIL }).load(SMALL);
    const asked = request('query hangs { node { name } }', { deadlineAtMs: Date.now() + 100 });
    await expect(graph.plan(asked)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('plans no more once it is closed', async () => {
    const planner = open();
    const graph = await planner.load(SMALL);
    await planner.close();
    await expect(graph.plan(request('{ node { name } }'))).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});
