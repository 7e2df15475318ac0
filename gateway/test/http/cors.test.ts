import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { HttpStream } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCors } from '../../src/http/cors.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

const FRONT = 'https://front.example';
const CRM = '/apps/crm/graphql';
let world: World;
beforeAll(async () => {
  world = await createWorld({ corsOrigins: [FRONT] });
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await world.close();
});

const send = (path: string, origin: string, init: RequestInit = {}) =>
  fetch(`${world.url}${path}`, { ...init, headers: { ...init.headers, origin } });
const preflight = (path: string, origin: string) =>
  send(path, origin, {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });
const query = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: '{"query":"{__typename}"}',
});

/**
 * Headers that a browser asks leave for, in its order and case: those that these clients add, and `authorization` from
 * their user. `accept` is not among them: it is free up to 128 bytes, and theirs have fewer.
 */
const CLIENTS: { client: string; method?: string; names: readonly string[] }[] = [
  { client: 'urql 5, which reads with GET', method: 'GET', names: ['authorization'] },
  { client: 'urql 5 with preferGetMethod off', names: ['authorization', 'content-type'] },
  { client: 'graphql-request 7', names: ['authorization', 'content-type'] },
  { client: 'a network function of Relay', names: ['authorization', 'content-type'] },
  {
    client: 'Apollo Client 4 with clientAwareness',
    names: ['apollographql-client-name', 'apollographql-client-version', 'authorization', 'content-type'],
  },
  {
    client: 'Apollo Client 4 with useGETForQueries',
    method: 'GET',
    names: ['authorization', 'content-type'],
  },
  {
    client: 'Apollo Kotlin in a browser, reading with GET',
    method: 'GET',
    names: ['apollo-require-preflight', 'authorization', 'x-apollo-operation-id', 'x-apollo-operation-name'],
  },
  {
    client: 'a page with OpenTelemetry',
    names: ['authorization', 'content-type', 'traceparent', 'tracestate'],
  },
  {
    client: 'a page that asks whether its answer is still right',
    method: 'GET',
    names: ['apollo-require-preflight', 'cache-control', 'if-none-match', 'x-rocket-consistency'],
  },
  { client: 'a page with Sentry', names: ['authorization', 'baggage', 'content-type', 'sentry-trace'] },
];

/** As a browser decides: each name has to be listed, in any case. */
function refusedHeaders(headers: Headers, names: readonly string[]): string[] {
  const allowed = (headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/\s*,\s*/);
  return names.filter((name) => !allowed.includes(name));
}

describe('a page of another origin', () => {
  it.each([CRM, '/graphql', '/auth/login'])('may ask %s when its origin is listed', async (path) => {
    const { status, headers } = await preflight(path, FRONT);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(FRONT);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/);
    // Tokens travel in a header; cookies never count.
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each(CLIENTS)('may send what $client sends', async ({ method = 'POST', names }) => {
    for (const path of [CRM, '/graphql', `${CRM}/`]) {
      const { status, headers } = await send(path, FRONT, {
        method: 'OPTIONS',
        headers: {
          'access-control-request-method': method,
          'access-control-request-headers': names.join(','),
        },
      });
      expect(status).toBe(204);
      expect(refusedHeaders(headers, names)).toEqual([]);
      expect(headers.get('access-control-allow-methods')?.split(', ')).toContain(method);
    }
  });

  it('may not send what none of them sends', async () => {
    const { headers } = await preflight(CRM, FRONT);
    expect(refusedHeaders(headers, ['authorization', 'x-forwarded-for'])).toEqual(['x-forwarded-for']);
  });

  it('can read answers and refusals alike', async () => {
    const answers = [
      await send(CRM, FRONT, query()),
      await send(CRM, FRONT, query({ authorization: 'Bearer nonsense' })),
      await send('/apps/nobody/graphql', FRONT, query()),
      await send('/auth/login', FRONT, query()),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 400]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(FRONT);
      expect(headers.get('vary')).toMatch(/origin/i);
      expect(headers.get('access-control-expose-headers')?.split(', ')).toEqual(
        expect.arrayContaining(['x-request-id', 'etag', 'age', 'x-rocket-cache', 'x-rocket-consistency']),
      );
    }
  });

  it.each([
    { vary: undefined, expected: 'Origin' },
    { vary: 'Authorization, Accept', expected: 'Authorization, Accept, Origin' },
    { vary: 'accept,origin', expected: 'accept,origin' },
    { vary: '*', expected: '*' },
  ])('leaves what else an answer depends on: $vary', ({ vary, expected }) => {
    const cors = createCors({ corsOrigins: [FRONT] });
    const answer = { status: 200, headers: vary === undefined ? {} : { vary }, body: '' };
    const message = new IncomingMessage(new Socket());
    for (const origin of [undefined, FRONT, 'https://other.example']) {
      message.headers = origin === undefined ? {} : { origin };
      expect(cors(null, message, answer).headers['vary']).toBe(expected);
    }
  });

  it('gets the same leave for an answer that is streamed, and the stream as it is', () => {
    async function* generate() {
      yield 'piece';
    }
    const streamed: HttpStream = { status: 200, headers: {}, stream: generate() };
    const message = new IncomingMessage(new Socket());
    message.headers = { origin: FRONT };
    const answer = createCors({ corsOrigins: [FRONT] })(null, message, streamed);
    expect(answer.headers['access-control-allow-origin']).toBe(FRONT);
    expect(answer.stream).toBe(streamed.stream);
  });

  it.each([
    { path: CRM, origin: 'https://front.example.evil' },
    { path: CRM, origin: 'http://front.example' },
    { path: CRM, origin: 'null' },
    { path: '/admin/graphql', origin: FRONT },
    { path: '/metrics', origin: FRONT },
  ])('gets no leave for $path from $origin', async ({ path, origin }) => {
    expect((await preflight(path, origin)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await send(path, origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('gets no leave at all unless told otherwise, and any page with an asterisk', async () => {
    for (const { origins, allowed } of [
      { origins: [], allowed: null },
      { origins: ['*'], allowed: '*' },
    ]) {
      const own = await createWorld({ corsOrigins: origins });
      const { headers } = await fetch(`${own.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin: FRONT },
      });
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
      await own.close();
    }
  });
});
