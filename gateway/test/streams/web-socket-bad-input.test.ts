import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { StreamSettings } from '../../src/streams/stream-settings.ts';
import { RawWebSocket } from '../support/raw-web-socket.ts';
import { type StreamServer, startStreamServer } from '../support/stream-server.ts';

const ORIGIN = 'https://listed.example';
let server: StreamServer;
async function start(settings: Partial<StreamSettings> = {}): Promise<void> {
  const short = { reconnectWithinMs: 0, closeTimeoutMs: 200, ...settings };
  server = await startStreamServer({ settings: short, corsOrigins: [ORIGIN] });
}
beforeEach(() => start());
afterEach(() => server.close());

async function restart(settings: Partial<StreamSettings>): Promise<void> {
  await server.close();
  await start(settings);
}

const pad = (length: number) => 'x'.repeat(length);
/** A connection that nobody disturbs has to stay as it is. */
async function bystander() {
  const raw = await new RawWebSocket(server.url).connect();
  raw.subscribe('1', 'subscription { bystander }');
  await until(() => server.engine.channels.length === 1);
  const channel = server.engine.of('bystander');
  return async () => {
    channel.push({ data: { fine: true } });
    await raw.received(({ type }) => type === 'next');
    raw.socket.close();
  };
}

describe('a WebSocket', () => {
  it('that subscribes before it is acknowledged is closed with 4401', async () => {
    const raw = await new RawWebSocket(server.url).opened();
    raw.subscribe('1', 'subscription { a }');
    expect(await raw.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
    expect(server.engine.channels).toEqual([]);
  });

  it('that never says connection_init is closed with 4408', async () => {
    await restart({ initWaitMs: 50 });
    const raw = await new RawWebSocket(server.url).opened();
    expect(await raw.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  it('whose connection_init is huge is closed with 1009, with all of it or before', async () => {
    const fine = await bystander();
    for (const length of [17_000, 60_000, 1_000_000]) {
      const raw = await new RawWebSocket(server.url).opened();
      raw.send({ type: 'connection_init', payload: { pad: pad(length) } });
      expect((await raw.closed).code).toBe(1009);
    }
    await fine();
  });

  it('may send a large message once it is acknowledged, and is closed with 1009 after one beyond the limit', async () => {
    const raw = await new RawWebSocket(server.url).connect({ pad: pad(10_000) });
    raw.subscribe('1', `subscription { a } # ${pad(60_000)}`);
    await until(() => server.engine.channels.length === 1);
    raw.subscribe('2', `subscription { b } # ${pad(70_000)}`);
    expect((await raw.closed).code).toBe(1009);
    await until(() => server.engine.of('a').returns === 1);
  });

  it('that sends a binary frame is closed with 1003', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    raw.socket.send(Buffer.from('{"type":"ping"}'));
    expect((await raw.closed).code).toBe(1003);
  });

  it('gets no compression, though it offers it', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    expect(raw.socket.extensions).toBe('');
    raw.socket.close();
  });

  it('of another subprotocol is closed with 4406', async () => {
    const answers = await upgradeBy({ 'sec-websocket-protocol': 'graphql-ws' });
    // The code in the close frame.
    expect(answers).toMatchObject({ status: 101, frame: expect.stringContaining('Subprotocol') });
    expect(answers.frame?.slice(2, 4)).toBe(String.fromCharCode(4406 >> 8, 4406 & 0xff));
  });

  it.each([
    'no json',
    '[]',
    '{}',
    '{"type":"next","id":"1","payload":{}}',
    '{"type":"subscribe","id":"1","payload":{}}',
    '{"type":"subscribe","id":"","payload":{"query":"{a}"}}',
    '['.repeat(60_000),
  ])('that sends %.30s is closed with 4400', async (text) => {
    const raw = await new RawWebSocket(server.url).connect();
    raw.socket.send(text);
    expect((await raw.closed).code).toBe(4400);
  });

  it('that gives an id twice is closed with 4409, however long the id is', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    raw.subscribe(pad(300), 'subscription { a }');
    await until(() => server.engine.channels.length === 1);
    raw.subscribe(pad(300), 'subscription { b }');
    expect((await raw.closed).code).toBe(4409);
    await until(() => server.engine.of('a').returns === 1);
  });

  it('that says connection_init twice at once is closed with 4429', async () => {
    const raw = await new RawWebSocket(server.url).opened();
    raw.send({ type: 'connection_init' });
    raw.send({ type: 'connection_init' });
    expect((await raw.closed).code).toBe(4429);
  });

  it('that sends too many messages is closed with 4442', async () => {
    await restart({ messageBurst: 10, messagesPerSecond: 1 });
    const raw = await new RawWebSocket(server.url).connect();
    for (let n = 0; n < 10; n += 1) raw.send({ type: 'ping' });
    expect(await raw.closed).toEqual({ code: 4442, reason: 'Too many messages' });
  });
});

describe('too many', () => {
  const refused = { message: expect.any(String), extensions: { code: 'TOO_MANY_REQUESTS', retryable: true } };

  it('operations on a connection are refused one by one', async () => {
    await restart({ maxOperationsPerConnection: 2 });
    const raw = await new RawWebSocket(server.url).connect();
    for (const id of ['1', '2', '3']) raw.subscribe(id, 'subscription { a }');
    expect(await raw.received(({ type }) => type === 'error')).toEqual({
      ...{ id: '3', type: 'error' },
      payload: [refused],
    });
    raw.send({ type: 'complete', id: '1' });
    await until(() => server.engine.channels[0]?.returns === 1);
    raw.subscribe('4', 'subscription { four }');
    await until(() =>
      server.engine.channels.some(({ request }) => request.parameters.query.includes('four')),
    );
    raw.socket.close();
  });

  it('bytes of operations on a connection are refused', async () => {
    await restart({ maxOperationBytes: 1_000 });
    const raw = await new RawWebSocket(server.url).connect();
    raw.subscribe('1', `subscription { a } # ${pad(2_000)}`);
    raw.subscribe('2', 'subscription { a }');
    expect(await raw.received(({ type }) => type === 'error')).toMatchObject({ id: '2', payload: [refused] });
    raw.socket.close();
  });

  it('subscriptions of a user are refused, over all their connections', async () => {
    await restart({ maxSubscriptionsPerUser: 1 });
    server.sessions.add('ann', 'ann');
    server.sessions.add('bob', 'bob');
    const open = (token: string) =>
      new RawWebSocket(server.url).connect({ authorization: `Bearer ${token}` });
    const [one, two, other] = await Promise.all([open('ann'), open('ann'), open('bob')]);
    one.subscribe('1', 'subscription { one }');
    await until(() => server.engine.channels.length === 1);
    two.subscribe('1', 'subscription { two }');
    expect(await two.received(({ type }) => type === 'error')).toMatchObject({ payload: [refused] });
    two.subscribe('1', '{ aQuery }');
    await two.received(({ type }) => type === 'complete');
    other.subscribe('1', 'subscription { other }');
    await until(() => server.engine.channels.length === 2);
    one.socket.close();
    await until(() => server.engine.of('one').returns === 1);
    two.subscribe('1', 'subscription { again }');
    await until(() => server.engine.channels.length === 3);
    for (const raw of [two, other]) raw.socket.close();
  });

  it('connections of a user are closed with 4442, those of others are not', async () => {
    await restart({ maxConnectionsPerUser: 1 });
    server.sessions.add('ann', 'ann');
    const authorization = 'Bearer ann';
    const first = await new RawWebSocket(server.url).connect({ authorization });
    const second = await new RawWebSocket(server.url).opened();
    second.send({ type: 'connection_init', payload: { authorization } });
    expect((await second.closed).code).toBe(4442);
    const anonymous = await new RawWebSocket(server.url).connect();
    first.socket.close();
    await first.closed;
    const third = await new RawWebSocket(server.url).connect({ authorization });
    for (const raw of [third, anonymous]) raw.socket.close();
  });

  it('connections of an address that do not say who they are are refused with 429', async () => {
    await restart({ maxArrivalsPerAddress: 1 });
    const silent = await new RawWebSocket(server.url).opened();
    expect(await upgradeBy({})).toMatchObject({ status: 429, body: { errors: [refused] } });
    // A proxy nearby tells whose they are.
    expect((await upgradeBy({ 'x-forwarded-for': '10.9.8.7, 203.0.113.5' })).status).toBe(101);
    expect((await upgradeBy({ 'x-forwarded-for': '203.0.113.5, somebody' })).status).toBe(429);
    silent.send({ type: 'connection_init' });
    await silent.received(({ type }) => type === 'connection_ack');
    const next = await new RawWebSocket(server.url).connect();
    for (const raw of [silent, next]) raw.socket.close();
    await until(async () => (await server.metrics()).includes('connections{transport="websocket"} 0'));
  });
});

interface Upgraded {
  readonly status: number | undefined;
  readonly body?: unknown;
  /** What the socket got first. */
  readonly frame?: string;
}

async function upgradeBy(headers: Record<string, string>, path = '/apps/crm/graphql'): Promise<Upgraded> {
  const { promise, resolve, reject } = Promise.withResolvers<Upgraded>();
  const request = httpRequest({
    ...{ host: '127.0.0.1', port: server.port, path },
    headers: {
      ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      ...{
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-protocol': 'graphql-transport-ws',
      },
      ...headers,
    },
  });
  request.once('upgrade', (response, socket, head) => {
    const done = (bytes: Buffer) => {
      resolve({ status: response.statusCode, frame: bytes.toString('latin1') });
      socket.destroy();
    };
    if (head.length > 0) return done(head);
    // Only a close frame comes by itself.
    if (headers['sec-websocket-protocol'] === undefined) return done(Buffer.alloc(0));
    socket.once('data', done);
  });
  request.once('response', (response) => {
    const chunks: string[] = [];
    response.on('data', (chunk) => chunks.push(String(chunk)));
    response.once('end', () => resolve({ status: response.statusCode, body: JSON.parse(chunks.join('')) }));
  });
  request.once('error', reject);
  request.end();
  return await promise;
}

describe('an upgrade', () => {
  it.each([
    ['/apps/other/graphql', 404, 'APP_NOT_FOUND'],
    ['/nowhere', 404, 'NOT_FOUND'],
    ['/admin/graphql', 404, 'NOT_FOUND'],
  ])('of %s is answered with %d', async (path, status, code) => {
    expect(await upgradeBy({}, path)).toMatchObject({ status, body: { errors: [{ extensions: { code } }] } });
  });

  it.each([
    ['https://evil.example'],
    ['null'],
    ['http://127.0.0.1:1'],
    ['https://listed.example.evil.example'],
  ])('by a page of %s is refused with 403', async (origin) => {
    expect(await upgradeBy({ origin })).toMatchObject({
      status: 403,
      body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
  });

  it('by a page of a listed origin, its own host, or the host behind a proxy is accepted', async () => {
    const own = `http://127.0.0.1:${server.port}`;
    const proxied = { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' };
    const named = { origin: 'https://shop.example', host: 'shop.example:443' };
    for (const headers of [{ origin: ORIGIN }, { origin: own }, proxied, named]) {
      expect((await upgradeBy(headers)).status).toBe(101);
    }
  });

  it('that is no WebSocket is refused in the form of all errors', async () => {
    expect(await upgradeBy({ 'sec-websocket-version': '7' })).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
  });
});
