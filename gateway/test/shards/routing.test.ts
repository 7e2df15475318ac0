import type { Socket } from 'node:net';
import { CallerGone, createInternalVerifier } from '@rocket/platform';
import {
  type CallContext,
  epoch,
  graphRevisionId,
  INTERNAL_CALL_HEADER,
  RocketError,
  revision,
  type SubgraphAnswer,
} from '@rocket/schema';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpShardService } from '../../src/transport/http-shard-service.ts';
import { ask, askOnce, readBody, startServer, type TestServer } from '../support/http.ts';
import { app, createWorld, documentOf, type World } from '../support/world.ts';

const answerText = (answer: SubgraphAnswer) => answer.json();

describe('routing to shards', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    await world.importApp('crm', documentOf('customer'));
    await world.importApp('shop', documentOf('product'));
  });
  afterEach(() => {
    world.intercept = () => undefined;
    world.calls.length = 0;
  });
  afterAll(async () => {
    await world.close();
  });
  const BOTH = '{ crmCustomer(id: "1") { id } shopProduct(id: "1") { id } }';

  it('follows an app that has moved', async () => {
    world.intercept = () => {
      if (world.calls.length <= 2) throw new RocketError('WRONG_EPOCH');
    };
    const { data, errors } = await askOnce(`${world.url}/apps/crm/graphql`, {
      query: '{ customer(id: "1") { id } }',
    });
    expect([data, errors]).toEqual([{ customer: { id: '1' } }, []]);
    expect(world.calls).toHaveLength(3);
  });

  it('gives up on an app that keeps moving, without a word about epochs', async () => {
    world.intercept = () => {
      throw new RocketError('WRONG_EPOCH');
    };
    const { errors } = await askOnce(`${world.url}/apps/crm/graphql`, {
      query: '{ customer(id: "1") { id } }',
    });
    expect(errors).toMatchObject([
      { path: ['customer'], extensions: { code: 'SHARD_UNAVAILABLE', retryable: true } },
    ]);
    expect(world.calls).toHaveLength(4);
  });

  it('nulls the fields of a dead shard and answers the rest', async () => {
    world.intercept = ({ app: asked }) => {
      if (asked === 'shop') throw new RocketError('SHARD_UNAVAILABLE', 'Shard s1 does not answer');
    };
    const { status, data, errors } = await ask(`${world.url}/graphql`, { query: BOTH });
    expect([status, data]).toEqual([200, { crmCustomer: { id: '1' }, shopProduct: null }]);
    expect(errors).toEqual([
      {
        message: 'Shard s1 does not answer',
        path: ['shopProduct'],
        extensions: { code: 'SHARD_UNAVAILABLE', retryable: true },
      },
    ]);
  });

  it('masks what a shard did not mean to say', async () => {
    world.intercept = () => {
      throw new Error('connect ECONNREFUSED postgres://user:secret@10.0.0.1');
    };
    const { text, errors } = await ask(`${world.url}/apps/crm/graphql`, {
      query: '{ customer(id: "1") { id } }',
    });
    expect(errors).toMatchObject([{ path: ['customer'], extensions: { code: 'INTERNAL_ERROR' } }]);
    expect(text).not.toContain('secret');
  });

  it('tells shards the graph, the epoch and the deadline', async () => {
    await askOnce(
      `${world.url}/apps/crm/graphql`,
      { query: '{ customer(id: "1") { id } }' },
      { 'x-request-id': 'r-1' },
    );
    expect(world.calls).toMatchObject([{ app: 'crm', epoch: 1, requestId: 'r-1' }]);
    expect(world.calls[0]?.deadlineAtMs).toBeGreaterThan(Date.now());
    expect(
      (await world.catalog.graphRevision(world.calls[0]?.graph ?? graphRevisionId('0'.repeat(32)))).home,
    ).toBe('crm');
  });
});

describe('a shard over HTTP', () => {
  const KEY = 'k'.repeat(40);
  const context: CallContext = {
    app: app('crm'),
    epoch: epoch(3),
    graph: graphRevisionId('a'.repeat(32)),
    caller: { userId: null, email: null, roles: ['public'], isAdmin: false },
    requestId: 'r-1',
    deadlineAtMs: Date.now() + 60_000,
  };
  let answer: { status: number; body: unknown } = { status: 200, body: {} };
  let seen = { path: '', header: '', text: '' };
  const target = () => ({ method: 'POST', path: seen.path });
  let answerLate: (socket: Socket) => Promise<void> = async () => undefined;
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(async (request, response) => {
      const header = request.headers[INTERNAL_CALL_HEADER];
      seen = { path: request.url ?? '', header: String(header), text: await readBody(request) };
      await answerLate(request.socket);
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body));
    });
  });
  afterAll(async () => {
    await server.close();
  });
  const service = () => createHttpShardService({ url: server.url, name: 's1', internalKey: KEY });

  it('signs calls and passes the operation', async () => {
    answer = { status: 200, body: { data: { customer: { id: '1' } } } };
    const shard = service();
    const result = await shard.execute(context, { query: '{ customer { id } }', variables: { a: 1 } });
    expect(result.json()).toBe('{"data":{"customer":{"id":"1"}}}');
    expect(result.result()).toEqual({ data: { customer: { id: '1' } } });
    const call = createInternalVerifier(KEY).verifyCall(seen.header, target());
    expect(call.payload).toEqual(context);
    expect(seen.path).toBe('/internal/graphql');
    expect(JSON.parse(seen.text)).toEqual({ query: '{ customer { id } }', variables: { a: 1 } });
    call.takeBody(Buffer.from(seen.text));
    await shard.close();
  });

  it('is left alone when the caller goes away, and is not taken for dead', async () => {
    const shard = service();
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      answerLate = async (socket) => {
        socket.once('close', () => close());
        ask();
        await closed;
      };
      const leaving = new AbortController();
      const result = shard.execute(context, { query: '{ a }' }, leaving.signal);
      await asked;
      leaving.abort(new CallerGone());
      await expect(result).rejects.toBeInstanceOf(CallerGone);
      await closed;
      await expect(shard.execute(context, { query: '{ a }' }, leaving.signal)).rejects.toBeInstanceOf(
        CallerGone,
      );
    }
    answerLate = async () => undefined;
    answer = { status: 200, body: { data: { a: 1 } } };
    expect((await shard.execute(context, { query: '{ a }' })).result()).toEqual({ data: { a: 1 } });
    await shard.close();
  });

  it('signs administration with the app and its epoch', async () => {
    answer = { status: 200, body: { changes: ['table customers'], rowsInserted: 2 } };
    const shard = service();
    const input = { app: context.app, epoch: context.epoch, revision: revision(1), sampleData: {} };
    expect(await shard.activate(input)).toEqual({ changes: ['table customers'], rowsInserted: 2 });
    const verifier = createInternalVerifier(KEY);
    expect(verifier.verify(seen.header, target()).payload).toEqual({ app: 'crm', epoch: 3 });
    // A header for administration is no call.
    expect(() => verifier.verifyCall(seen.header, target())).toThrow(RocketError);
    await shard.close();
  });

  it.each([
    { status: 421, code: 'WRONG_EPOCH' },
    { status: 503, code: 'POOL_EXHAUSTED' },
    { status: 409, code: 'DESTRUCTIVE_CHANGE' },
  ] as const)('takes over the refusal $status $code', async ({ status, code }) => {
    answer = { status, body: { error: { code, message: 'why', details: { field: 'a.b' } } } };
    const shard = service();
    await expect(shard.execute(context, { query: '{ a }' })).rejects.toMatchObject({
      code,
      message: 'why',
      details: { field: 'a.b' },
    });
    await shard.close();
  });

  it('is unavailable when it is gone, and serves when it is back', async () => {
    const own = await startServer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"a":1}}');
    });
    const port = Number(new URL(own.url).port);
    const shard = createHttpShardService({ url: own.url, name: 's9', internalKey: KEY });
    expect((await shard.execute(context, { query: '{ a }' })).json()).toBe('{"data":{"a":1}}');
    expect(await shard.isHealthy()).toBe(true);
    await own.close();
    for (let i = 0; i < 7; i++) {
      await expect(shard.execute(context, { query: '{ a }' })).rejects.toMatchObject({
        code: 'SHARD_UNAVAILABLE',
        message: 'Shard s9 does not answer',
      });
    }
    expect(await shard.isHealthy()).toBe(false);
    const again = await startServer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"a":2}}');
    }, port);
    await expect
      .poll(() => shard.execute(context, { query: '{ a }' }).then(answerText, () => null), { timeout: 5_000 })
      .toBe('{"data":{"a":2}}');
    await shard.close();
    await again.close();
  });
});
