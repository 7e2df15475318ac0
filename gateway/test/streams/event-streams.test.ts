import { hash } from 'node:crypto';
import { request } from 'node:http';
import { RocketError } from '@rocket/schema';
import { GraphQLError } from 'graphql';
import { createClient } from 'graphql-sse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { StreamSettings } from '../../src/streams/stream-settings.ts';
import { SubscriptionRefused } from '../../src/subscriptions/subscribe.ts';
import { type StreamServer, startStreamServer } from '../support/stream-server.ts';

const LISTED = 'https://listed.example';
let server: StreamServer;
async function start(settings: Partial<StreamSettings> = {}): Promise<void> {
  const short = { reconnectWithinMs: 0, closeTimeoutMs: 200, ...settings };
  server = await startStreamServer({ settings: short, corsOrigins: [LISTED] });
}
beforeEach(() => start());
afterEach(() => server.close());

async function restart(settings: Partial<StreamSettings>): Promise<void> {
  await server.close();
  await start(settings);
}

const change = (n: number) => ({ data: { changed: { n } } });
const text = (name: string) => `subscription { ${name} { id } }`;
async function channel(name: string) {
  await until(() => server.engine.channels.some(({ request }) => request.parameters.query.includes(name)));
  return server.engine.of(name);
}

interface Asked {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly body?: unknown;
}

async function post(query: string, { headers = {}, signal, body }: Asked = {}): Promise<Response> {
  return await fetch(`http://${server.url}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body ?? { query }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function get(query: string, headers: Record<string, string> = {}): Promise<Response> {
  const search = new URLSearchParams({ query });
  return await fetch(`http://${server.url}?${search}`, {
    headers: { accept: 'text/event-stream', ...headers },
  });
}

async function eventsOf(response: Response): Promise<string[]> {
  return (await response.text()).split('\n\n').filter((block) => block !== '' && block !== ':');
}

const refusal = (code: string) => ({ errors: [{ message: expect.any(String), extensions: { code } }] });

describe('a stream of events', () => {
  it('brings an unmodified client thousands of messages in their order, then completes', async () => {
    const client = createClient({ url: `http://${server.url}`, retryAttempts: 0 });
    const results = client.iterate({ query: text('many'), variables: { n: 1 } });
    const first = results.next();
    const many = await channel('many');
    expect(many.request.parameters.variables).toEqual({ n: 1 });
    for (let n = 0; n < 3_000; n += 1) many.push(change(n));
    many.end();
    const seen = [(await first).value];
    for await (const result of results) seen.push(result);
    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, n) => change(n)));
    client.dispose();
  });

  it('is counted with those of the same address, where nobody has signed in', async () => {
    const counted = ['203.0.113.1', '203.0.113.2', '203.0.113.1'].map(async (address, at) => {
      const response = await post(text(`from${at}`), { headers: { 'x-forwarded-for': address } });
      const from = await channel(`from${at}`);
      from.end();
      await response.text();
      return from.request.countedAs;
    });
    const [one, other, again] = await Promise.all(counted);
    expect([other === one, again === one]).toEqual([false, true]);
  });

  it('has what browsers and proxies need, and an id for each event', async () => {
    const response = await post(text('plain'), { headers: { 'last-event-id': 'c41' } });
    const plain = await channel('plain');
    expect(plain.request).toMatchObject({ lastEventId: 'c41', identity: { kind: 'anonymous' } });
    plain.push(change(42), 'c42');
    plain.end();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(await response.text()).toBe(
      'id: c0\nretry: 2000\n\n:\n\nid: c42\nevent: next\ndata: {"data":{"changed":{"n":42}}}\n\nevent: complete\ndata:\n\n',
    );
  });

  it('on which nothing happens gets comments', async () => {
    await restart({ commentMs: 20 });
    const response = await post(text('idle'));
    const idle = await channel('idle');
    setTimeout(() => idle.end(), 150);
    expect((await response.text()).match(/^:$/gm)?.length).toBeGreaterThan(3);
  });

  it('ends at the engine when the caller goes, also while it is being begun', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    server.engine.onSubscribe = ({ parameters }) => {
      if (!parameters.query.includes('early')) return;
      ask();
      return begun;
    };
    const [late, early] = [new AbortController(), new AbortController()];
    await post(text('late'), { signal: late.signal });
    late.abort();
    await until(() => server.engine.of('late').returns === 1);
    const response = post(text('early'), { signal: early.signal });
    await asked;
    early.abort();
    await expect(response).rejects.toThrow('abort');
    begin();
    await until(async () => (await channel('early')).returns === 1);
    await until(async () => (await server.metrics()).includes('connections{transport="sse"} 0'));
    expect(await server.metrics()).toContain('rocket_stream_subscriptions 0');
  });

  it('tells of an error in the middle, then completes', async () => {
    const response = await post(text('ends'));
    const ends = await channel('ends');
    ends.push(change(1), 'c1');
    ends.end(new RocketError('RESYNC_REQUIRED'));
    const [, , error, complete] = await eventsOf(response);
    expect(error).toMatch(/^event: next\ndata: \{"errors":.*"code":"RESYNC_REQUIRED","retryable":false/);
    expect(complete).toBe('event: complete\ndata:');
    expect(await server.metrics()).toContain('closes_total{transport="sse",code="RESYNC_REQUIRED"} 1');
  });

  it('masks and logs what nobody foresaw', async () => {
    const response = await post(text('ends'));
    (await channel('ends')).end(new Error('secret'));
    const answer = await response.text();
    expect(answer).toContain('INTERNAL_ERROR');
    expect(answer).not.toContain('secret');
    expect(server.log.join('')).toContain('secret');
  });

  it('answers queries and mutations', async () => {
    server.execute = async ({ parameters }) => ({ data: { asked: parameters.query } });
    expect(await eventsOf(await post('mutation { a }'))).toEqual([
      'retry: 2000',
      'event: next\ndata: {"data":{"asked":"mutation { a }"}}',
      'event: complete\ndata:',
    ]);
    expect((await get('{ a }')).status).toBe(200);
  });

  it('takes a persisted query', async () => {
    const query = text('persisted');
    const sha256Hash = hash('sha256', query, 'hex');
    const body = { extensions: { persistedQuery: { version: 1, sha256Hash } } };
    const unknown = await post('', { body });
    expect(await unknown.json()).toMatchObject(refusal('PERSISTED_QUERY_NOT_FOUND'));
    const control = new AbortController();
    await post('', { body: { query, ...body } });
    await post('', { body, signal: control.signal });
    await until(() => server.engine.channels.length === 2);
    expect(server.engine.of('persisted').request.parameters).toEqual({ query });
    control.abort();
  });
});

describe('before a stream begins', () => {
  it.each([
    [new RocketError('BAD_CURSOR'), 400, 'BAD_CURSOR'],
    [new RocketError('EVENTS_UNAVAILABLE'), 503, 'EVENTS_UNAVAILABLE'],
    [new SubscriptionRefused([new GraphQLError('No field')]), 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      new SubscriptionRefused([new GraphQLError('No', { extensions: { code: 'FORBIDDEN' } })]),
      403,
      'FORBIDDEN',
    ],
    [new Error('secret'), 500, 'INTERNAL_ERROR'],
  ])('%s is answered with %d', async (error, status, code) => {
    server.engine.onSubscribe = () => {
      throw error;
    };
    const response = await post(text('a'));
    expect(response.status).toBe(status);
    const answer = await response.json();
    expect(answer).toMatchObject(refusal(code));
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(await server.metrics()).toContain('rocket_stream_subscriptions 0');
  });

  it('a request that is no request is refused', async () => {
    expect((await post(text('a'), { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
    expect((await post(text('a'), { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await post(`${text('a')} # ${'x'.repeat(70_000)}`)).status).toBe(413);
    expect((await post('', { body: { query: 1 } })).status).toBe(400);
    expect((await get('mutation { a }')).status).toBe(405);
    const byGet = await fetch(`http://${server.url}`, { headers: { accept: 'text/event-stream' } });
    expect(byGet.status).toBe(400);
    expect(await byGet.json()).toMatchObject(refusal('BAD_REQUEST'));
  });

  it.each([
    [{ origin: 'https://evil.example' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: LISTED, 'sec-fetch-site': 'cross-site' }, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{}, 200],
  ])('a GET with %j is answered with %d', async (headers, status) => {
    // Another client, as fetch chooses some of these headers by itself.
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const path = `/apps/crm/graphql?query=${encodeURIComponent('{ a }')}`;
    const options = { host: '127.0.0.1', port: server.port, path };
    request({ ...options, headers: { accept: 'text/event-stream', ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
    expect(await promise).toBe(status);
  });

  it('too many connections of a user are refused with 429, until one ends', async () => {
    await restart({ maxConnectionsPerUser: 1 });
    server.sessions.add('ann', 'ann');
    const headers = { authorization: 'Bearer ann' };
    const control = new AbortController();
    await post(text('one'), { headers, signal: control.signal });
    const refused = await post(text('two'), { headers });
    expect([refused.status, await refused.json()]).toEqual([
      429,
      {
        errors: [{ message: expect.any(String), extensions: { code: 'TOO_MANY_REQUESTS', retryable: true } }],
      },
    ]);
    control.abort();
    await until(() => server.engine.of('one').returns === 1);
    const third = await post(text('three'), { headers });
    expect(third.status).toBe(200);
    await third.body?.cancel();
  });
});

describe('a session', () => {
  it.each([
    ['expires', 'The access token has expired'],
    ['is revoked', 'The access token was revoked'],
  ])('that %s ends its streams', async (how, message) => {
    const expires = how === 'expires' ? { expiresAtMs: Date.now() + 150 } : {};
    server.sessions.add('ann', 'ann', expires);
    server.sessions.add('other', 'ann');
    const control = new AbortController();
    const response = await post(text('ends'), { headers: { authorization: 'Bearer ann' } });
    const { signal } = control;
    await post(text('stays'), { headers: { authorization: 'Bearer other' }, signal });
    if (how === 'is revoked') server.sessions.revoke('ann');
    const [, error, complete] = await eventsOf(response);
    expect(error).toContain(`{"errors":[{"message":"${message}","extensions":{"code":"UNAUTHENTICATED"`);
    expect(complete).toBe('event: complete\ndata:');
    expect((await channel('ends')).returns).toBe(1);
    expect((await channel('stays')).returns).toBe(0);
    control.abort();
  });
});

it('a session that is revoked while its stream is being begun ends it', async () => {
  server.sessions.add('ann', 'ann');
  server.engine.onSubscribe = () => server.sessions.revoke('ann');
  const response = await post(text('revoked'), { headers: { authorization: 'Bearer ann' } });
  expect(await response.text()).toContain('"code":"UNAUTHENTICATED"');
  expect(server.engine.of('revoked').returns).toBe(1);
});

describe('a stop', () => {
  it('asks callers to come back at different times', async () => {
    await restart({ reconnectWithinMs: 1_000 });
    const responses = await Promise.all(Array.from({ length: 5 }, (_, n) => post(text(`a${n}`))));
    const startedMs = performance.now();
    await server.streams.close();
    const ends = await Promise.all(responses.map(eventsOf));
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    const waits = ends.map(([, error = '', complete]) => {
      expect(complete).toBe('event: complete\ndata:');
      const [, retry, told] =
        /^retry: (\d+)\nevent: next\n.*"retryAfterMs":(\d+),"code":"NOT_READY"/.exec(error) ?? [];
      expect(retry).toBe(told);
      return Number(retry);
    });
    expect(waits.every((wait) => wait >= 0 && wait <= 1_000)).toBe(true);
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect((await post(text('late'))).status).toBe(503);
  });
});
