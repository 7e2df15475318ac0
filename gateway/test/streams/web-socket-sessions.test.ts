import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../../tests/harness/until.ts';
import { RawWebSocket } from '../support/raw-web-socket.ts';
import { type StreamServer, startStreamServer } from '../support/stream-server.ts';

let server: StreamServer;
beforeEach(async () => {
  server = await startStreamServer({ settings: { reconnectWithinMs: 0, closeTimeoutMs: 200 } });
  server.sessions.add('ann', 'ann', { roles: ['agent'] });
});
afterEach(() => server.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
async function subscribed(raw: RawWebSocket, name = 'a') {
  raw.subscribe(name, `subscription { ${name} }`);
  await until(() => server.engine.channels.some(({ request }) => request.parameters.query.includes(name)));
  return server.engine.of(name);
}

describe('a token', () => {
  it.each([
    [{ authorization: 'Bearer ann' }],
    [{ Authorization: 'Bearer ann' }],
    [{ headers: { Authorization: 'Bearer ann' } }],
    [{ headers: { authorization: 'Bearer ann' } }],
  ])('may be given as %j', async (params) => {
    const raw = await new RawWebSocket(server.url).connect(params);
    expect((await subscribed(raw)).request.identity).toMatchObject({ userId: 'ann' });
    raw.socket.close();
  });

  it('may be given with the request, and the one of connection_init goes before it', async () => {
    server.sessions.add('bob', 'bob');
    const headers = bearer('bob');
    const bob = await new RawWebSocket(server.url, { headers }).connect();
    expect((await subscribed(bob, 'b')).request.identity).toMatchObject({ userId: 'bob' });
    const ann = await new RawWebSocket(server.url, { headers }).connect(bearer('ann'));
    expect((await subscribed(ann)).request.identity).toMatchObject({ userId: 'ann' });
    for (const raw of [ann, bob]) raw.socket.close();
  });

  it.each([[bearer('nobody')], [{ authorization: 5 }], [bearer('strange')]])(
    'like %j that is not accepted closes the connection with 4401',
    async (payload) => {
      server.sessions.add('strange', 'stranger');
      const raw = await new RawWebSocket(server.url).opened();
      raw.send({ type: 'connection_init', payload });
      const { code, reason } = await raw.closed;
      expect(code).toBe(4401);
      expect(reason).not.toBe('');
      expect(raw.messages).toEqual([]);
    },
  );

  it('whose check fails for a while closes the connection with 1013, and a fault with 4500', async () => {
    server.sessions.open = async () => {
      throw new RocketError('NOT_READY');
    };
    const early = await new RawWebSocket(server.url).opened();
    early.send({ type: 'connection_init' });
    expect((await early.closed).code).toBe(1013);
    server.sessions.open = async () => {
      throw new Error('secret');
    };
    const raw = await new RawWebSocket(server.url).opened();
    raw.send({ type: 'connection_init' });
    expect(await raw.closed).toEqual({ code: 4500, reason: 'Something went wrong on our side' });
    expect(server.log.join('')).toContain('secret');
  });
});

describe('a connection', () => {
  it('is closed with 4440 when its token expires, however long that takes', async () => {
    server.sessions.add('short', 'ann', { expiresAtMs: Date.now() + 150 });
    server.sessions.add('long', 'ann', { expiresAtMs: Date.now() + 2 ** 33 });
    const long = await new RawWebSocket(server.url).connect(bearer('long'));
    const short = await new RawWebSocket(server.url).connect(bearer('short'));
    const channel = await subscribed(short);
    expect(await short.closed).toEqual({ code: 4440, reason: 'The access token has expired' });
    await until(() => channel.returns === 1);
    expect(long.socket.readyState).toBe(WebSocket.OPEN);
    long.socket.close();
  });

  it('goes on with another token of the user, which is acknowledged', async () => {
    server.sessions.add('short', 'ann', { expiresAtMs: Date.now() + 200 });
    server.sessions.add('next', 'ann');
    const raw = await new RawWebSocket(server.url).connect(bearer('short'));
    const channel = await subscribed(raw);
    raw.messages.length = 0;
    raw.send({ type: 'connection_init', payload: bearer('next') });
    await raw.received(({ type }) => type === 'connection_ack');
    await sleep(250);
    channel.push({ data: { a: 1 } });
    await raw.received(({ type }) => type === 'next');
    server.sessions.revoke('short');
    server.sessions.revoke('next');
    expect(await raw.closed).toEqual({ code: 4440, reason: 'The access token was revoked' });
  });

  it.each([
    ['of another user', 'bob', [], 4403],
    ['with other rights', 'ann', ['admin'], 4440],
    ['that is not valid', 'nobody', [], 4401],
  ])('is closed after a token %s', async (_name, user, roles, code) => {
    server.sessions.add('other', user, { roles });
    if (user === 'nobody') server.sessions.revoke('other');
    const raw = await new RawWebSocket(server.url).connect(bearer('ann'));
    const channel = await subscribed(raw);
    raw.send({ type: 'connection_init', payload: bearer('other') });
    expect((await raw.closed).code).toBe(code);
    await until(() => channel.returns === 1);
  });

  it('is closed when its token is revoked, and no other is', async () => {
    server.sessions.add('bob', 'bob');
    const ann = await new RawWebSocket(server.url).connect(bearer('ann'));
    const bob = await new RawWebSocket(server.url).connect(bearer('bob'));
    server.sessions.revoke('ann');
    expect((await ann.closed).code).toBe(4440);
    expect(bob.socket.readyState).toBe(WebSocket.OPEN);
    bob.socket.close();
  });

  it('leaves nothing behind', async () => {
    for (let n = 0; n < 20; n += 1) {
      const raw = await new RawWebSocket(server.url).connect(bearer('ann'));
      await subscribed(raw, `a${n}`);
      raw.socket.close();
      await raw.closed;
    }
    await until(() => server.engine.channels.every(({ returns }) => returns === 1));
    expect(server.sessions.listeners.size).toBe(1);
    const metrics = await server.metrics();
    expect(metrics).toContain('rocket_stream_closes_total{transport="websocket",code="1005"} 20');
    await server.streams.close();
    expect(server.sessions.listeners.size).toBe(0);
  });
});

describe('a peer', () => {
  it('that answers no pings is cut off, one that does is not', async () => {
    await server.close();
    server = await startStreamServer({ settings: { pingMs: 50, closeTimeoutMs: 200 } });
    const dead = new RawWebSocket(server.url);
    const alive = await new RawWebSocket(server.url).connect();
    await dead.connect();
    dead.socket.pong = () => undefined;
    expect((await dead.closed).code).toBe(1006);
    await sleep(150);
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
    alive.socket.close();
  });
});

describe('a stop', () => {
  it('waits for answers, then asks all to come back at different times', async () => {
    await server.close();
    server = await startStreamServer({ settings: { reconnectWithinMs: 1_000, closeTimeoutMs: 200 } });
    const { promise: answered, resolve: finish } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    server.execute = async () => {
      ask();
      await answered;
      return { data: { done: true } };
    };
    const opening = Array.from({ length: 10 }, () => new RawWebSocket(server.url).connect());
    const [first, ...others] = await Promise.all(opening);
    if (first === undefined) throw new Error('nobody has connected');
    const channel = await subscribed(first);
    first.subscribe('m', 'mutation { slow }');
    await asked;
    const stopped = server.streams.close();
    first.subscribe('late', 'subscription { late }');
    expect(await first.received(({ type }) => type === 'error')).toMatchObject({
      ...{ id: 'late' },
      payload: [{ extensions: { code: 'NOT_READY', retryable: true } }],
    });
    const refused = new RawWebSocket(server.url);
    await expect(refused.opened()).rejects.toThrow('503');
    finish();
    const closes = await Promise.all([first, ...others].map(({ closed }) => closed));
    await stopped;
    expect(first.messages).toContainEqual({ id: 'm', type: 'next', payload: { data: { done: true } } });
    expect(new Set(closes.map(({ code }) => code))).toEqual(new Set([1012]));
    const waits = closes.map(({ reason }) => Number(/^reconnect in (\d+) ms$/.exec(reason)?.[1]));
    expect(waits.every((wait) => wait >= 0 && wait <= 1_000)).toBe(true);
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect(channel.returns).toBe(1);
  });

  it('does not wait long for peers that do not answer', async () => {
    const raw = await new RawWebSocket(server.url).connect();
    raw.socket.pause();
    const startedMs = performance.now();
    await server.streams.close();
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    raw.socket.terminate();
  });

  it('is survived by an unmodified client, which goes on at the next gateway', async () => {
    let url = server.url;
    const client = createClient({
      url: () => `ws://${url}`,
      ...{ webSocketImpl: WebSocket, retryWait: () => Promise.resolve() },
    });
    const results = client.iterate({ query: 'subscription { handed }' });
    const first = results.next();
    await until(() => server.engine.channels.length === 1);
    server.engine.of('handed').push({ data: { n: 1 } });
    expect((await first).value).toEqual({ data: { n: 1 } });
    const old = server;
    server = await startStreamServer({ settings: { reconnectWithinMs: 0, closeTimeoutMs: 200 } });
    url = server.url;
    const second = results.next();
    await old.close();
    await until(() => server.engine.channels.length === 1);
    server.engine.of('handed').push({ data: { n: 2 } });
    expect((await second).value).toEqual({ data: { n: 2 } });
    await client.dispose();
  });
});
