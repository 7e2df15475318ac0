import { RocketError } from '@rocket/schema';
import { GraphQLError } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../../tests/harness/until.ts';
import { SubscriptionRefused } from '../../src/subscriptions/subscribe.ts';
import { RawWebSocket } from '../support/raw-web-socket.ts';
import { type StreamServer, startStreamServer } from '../support/stream-server.ts';

let server: StreamServer;
let client: Client;
beforeEach(async () => {
  server = await startStreamServer({ settings: { reconnectWithinMs: 0, closeTimeoutMs: 200 } });
  client = createClient({ url: `ws://${server.url}`, webSocketImpl: WebSocket, retryAttempts: 0 });
});
afterEach(async () => {
  await client.dispose();
  await server.close();
});

const subscription = (name: string) => `subscription { ${name} { id } }`;
const change = (n: number) => ({ data: { changed: { n } } });

async function channel(name: string) {
  await until(() => server.engine.channels.some(({ request }) => request.parameters.query.includes(name)));
  return server.engine.of(name);
}

/** What an operation ends with. */
async function failure(query: string): Promise<unknown> {
  try {
    for await (const result of client.iterate({ query })) expect(result).toBe('no result');
  } catch (error) {
    return error;
  }
  return null;
}

describe('a subscription over WebSocket', () => {
  it('brings thousands of messages in their order, then completes', async () => {
    const results = client.iterate({ query: subscription('many'), variables: { n: 1 } });
    const first = results.next();
    const many = await channel('many');
    expect(many.request).toMatchObject({
      key: { kind: 'app', app: 'crm' },
      identity: { kind: 'anonymous' },
      parameters: { query: subscription('many'), variables: { n: 1 } },
      lastEventId: null,
      requestId: 'test:1',
    });
    for (let n = 0; n < 5_000; n += 1) many.push(change(n));
    many.end();
    const seen = [(await first).value];
    for await (const result of results) seen.push(result);
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, n) => change(n)));
    expect(await server.metrics()).toContain('rocket_stream_messages_total{transport="websocket"} 500');
  });

  it('keeps numbers that a double would round, both ways', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    raw.socket.send(
      `{"type":"subscribe","id":"1","payload":{"query":"${subscription('exact')}","variables":{"n":12345678901234567890}}}`,
    );
    const { parameters } = (await channel('exact')).request;
    expect(JSON.stringify(parameters.variables)).toBe('{"n":12345678901234567890}');
    raw.socket.close();
  });

  it('ends at the engine when it is disposed, and the others go on', async () => {
    const gone = client.iterate({ query: subscription('gone') });
    const stays = client.iterate({ query: subscription('stays') });
    void gone.next();
    const next = stays.next();
    const left = await channel('gone');
    await gone.return?.();
    await until(() => left.returns === 1);
    expect(left.request.signal.aborted).toBe(true);
    (await channel('stays')).push(change(1));
    expect((await next).value).toEqual(change(1));
    await stays.return?.();
  });

  it('ends at the engine though it is disposed while it is being begun', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    server.engine.onSubscribe = () => {
      ask();
      return begun;
    };
    const raw = await new RawWebSocket(server.url).connect();
    raw.subscribe('1', subscription('early'));
    await asked;
    raw.send({ type: 'complete', id: '1' });
    raw.send({ type: 'ping' });
    await raw.received(({ type }) => type === 'pong');
    begin();
    await until(async () => (await channel('early')).returns === 1);
    expect(await server.metrics()).toContain('rocket_stream_subscriptions 0');
    raw.socket.close();
  });

  it('may take the id of one that has just been completed', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    for (const name of ['one', 'two', 'three']) {
      raw.subscribe('1', subscription(name));
      if (name !== 'three') raw.send({ type: 'complete', id: '1' });
    }
    (await channel('three')).push(change(3));
    await raw.received(({ type }) => type === 'next');
    expect(raw.messages.slice(1)).toEqual([{ id: '1', type: 'next', payload: change(3) }]);
    expect(server.engine.channels.filter(({ returns }) => returns === 0)).toHaveLength(1);
    raw.socket.close();
  });

  it('ends at the engine, as all of its connection, when the socket closes or breaks', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    for (const n of [1, 2, 3]) raw.subscribe(`${n}`, subscription(`all${n}`));
    await channel('all3');
    raw.socket.terminate();
    await until(() => server.engine.channels.every(({ returns }) => returns === 1));
    expect(server.engine.channels).toHaveLength(3);
    const metrics = await server.metrics();
    expect(metrics).toContain('rocket_stream_subscriptions 0');
    expect(metrics).toContain('rocket_stream_connections{transport="websocket"} 0');
  });
});

describe('an error', () => {
  it('that refuses a subscription becomes a message of type error, with its code', async () => {
    server.engine.onSubscribe = () => {
      throw new RocketError('BAD_CURSOR', undefined, { details: { place: 'after' } });
    };
    expect(await failure(subscription('a'))).toEqual([
      {
        message: 'The cursor is not valid for this list and order',
        extensions: { code: 'BAD_CURSOR', retryable: false, place: 'after' },
      },
    ]);
  });

  it('of validation keeps all its parts', async () => {
    server.engine.onSubscribe = () => {
      throw new SubscriptionRefused([new GraphQLError('No field x'), new GraphQLError('No field y')]);
    };
    const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false };
    expect(await failure(subscription('a'))).toEqual([
      { message: 'No field x', extensions },
      { message: 'No field y', extensions },
    ]);
  });

  it('in the middle ends one subscription and no other', async () => {
    const ends = failure(subscription('ends'));
    const stays = client.iterate({ query: subscription('stays') });
    const next = stays.next();
    (await channel('ends')).end(new RocketError('SCHEMA_CHANGED'));
    expect(await ends).toMatchObject([{ extensions: { code: 'SCHEMA_CHANGED', retryable: false } }]);
    (await channel('stays')).push(change(1));
    expect((await next).value).toEqual(change(1));
    await stays.return?.();
  });

  it('that nobody foresaw says nothing, and is logged', async () => {
    const ends = failure(subscription('ends'));
    (await channel('ends')).end(new Error('secret of the engine'));
    expect(await ends).toEqual([
      {
        message: 'Something went wrong on our side',
        extensions: { code: 'INTERNAL_ERROR', retryable: false },
      },
    ]);
    expect(server.log.join('')).toContain('secret of the engine');
  });

  it('in a result is masked', async () => {
    const results = client.iterate({ query: subscription('partly') });
    const next = results.next();
    (await channel('partly')).push({
      data: { a: null },
      errors: [new GraphQLError('secret', { path: ['a'] })],
    });
    expect(JSON.stringify((await next).value)).not.toContain('secret');
    expect((await next).value).toMatchObject({
      data: { a: null },
      errors: [{ path: ['a'], extensions: { code: 'INTERNAL_ERROR' } }],
    });
    await results.return?.();
  });
});

describe('a query or mutation over WebSocket', () => {
  it('is answered once, and completes', async () => {
    server.execute = async ({ parameters }) => ({ data: { asked: parameters.query } });
    const seen: unknown[] = [];
    for await (const result of client.iterate({ query: 'mutation { a }' })) seen.push(result);
    expect(seen).toEqual([{ data: { asked: 'mutation { a }' } }]);
  });

  it('that was not executed becomes a message of type error', async () => {
    const extensions = { code: 'GRAPHQL_PARSE_FAILED' };
    server.execute = async () => ({ errors: [new GraphQLError('Syntax Error', { extensions })] });
    expect(await failure('query {')).toMatchObject([{ message: 'Syntax Error', extensions }]);
    server.execute = async () => {
      throw new RocketError('POOL_EXHAUSTED');
    };
    expect(await failure('{ a }')).toMatchObject([
      { extensions: { code: 'POOL_EXHAUSTED', retryable: true } },
    ]);
  });

  it('is not waited for any more when its client has gone', async () => {
    const { promise, resolve } = Promise.withResolvers<AbortSignal>();
    server.execute = async ({ signal }) => {
      resolve(signal);
      await new Promise((done) => signal.addEventListener('abort', done));
      return { data: {} };
    };
    const raw = await new RawWebSocket(server.url).connect();
    raw.subscribe('1', '{ slow }');
    const signal = await promise;
    raw.socket.terminate();
    await until(() => signal.aborted);
  });
});
