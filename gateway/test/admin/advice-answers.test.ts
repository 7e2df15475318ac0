/** What a shard process says of how an app is used, over HTTP. */
import { createInternalVerifier } from '@rocket/platform';
import { type AppAdvice, epoch, INTERNAL_CALL_HEADER, type SlowQueryReport } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpShardService, type HttpShardService } from '../../src/transport/http-shard-service.ts';
import { readBody, startServer, type TestServer } from '../support/http.ts';
import { app } from '../support/world.ts';

const KEY = 'k'.repeat(40);
const AT = { app: app('crm'), epoch: epoch(3) };
const SINCE = '2026-01-01T00:00:00.000Z';
const shape = { entity: 'deal', equal: ['status'], range: [], order: [{ field: 'id', descending: true }] };
const ADVICE: AppAdvice = {
  since: SINCE,
  suggestions: [
    {
      entity: 'deal',
      rows: 12_000_000_000,
      count: 7,
      remedy: { kind: 'document', field: 'deal.status', property: 'indexed' },
      queries: [{ shape, count: 7, operations: ['Deals'] }],
    },
    { entity: 'deal', rows: 1, count: 1, remedy: { kind: 'sql', sql: 'CREATE INDEX' }, queries: [] },
    {
      entity: 'deal',
      rows: 1,
      count: 1,
      remedy: { kind: 'query', field: 'deal.title', use: 'search' },
      queries: [{ shape: { ...shape, text: ['title'], json: ['data'] }, count: 1, operations: [] }],
    },
  ],
};
const slow = { text: 'SELECT $1', label: null, count: 2, meanMs: 1.5, worstMs: 2, lastSeenAt: SINCE };
const SLOW: readonly SlowQueryReport[] = [
  { ...slow, plan: null },
  { ...slow, label: 'Deals', plan: { kind: 'plan', text: 'Result' } },
  { ...slow, plan: { kind: 'unavailable', reason: 'too old' } },
];

let server: TestServer;
let shard: HttpShardService;
let answer: unknown;
let seen: { path: string | undefined; signed: unknown; body: unknown };
beforeEach(async () => {
  server = await startServer(async (request, response) => {
    seen = {
      path: request.url,
      signed: createInternalVerifier(KEY).verify(String(request.headers[INTERNAL_CALL_HEADER]), {
        method: 'POST',
        path: request.url ?? '',
      }).payload,
      body: JSON.parse(await readBody(request)),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  shard = createHttpShardService({ url: server.url, name: 's1', internalKey: KEY });
});
afterEach(async () => {
  await shard.close();
  await server.close();
});

describe('advice over HTTP', () => {
  it('arrives as it was given', async () => {
    answer = ADVICE;
    expect(await shard.advise(AT)).toEqual(ADVICE);
    expect(seen).toEqual({ path: '/internal/advise', signed: AT, body: AT });
  });

  it.each([
    null,
    { suggestions: [] },
    { since: SINCE, suggestions: [{ ...ADVICE.suggestions[0], remedy: { kind: 'reindex' } }] },
    { since: SINCE, suggestions: [{ ...ADVICE.suggestions[0], rows: '12' }] },
  ])('is not believed as %j', async (given) => {
    answer = given;
    await expect(shard.advise(AT)).rejects.toThrow();
  });
});

describe('slow queries over HTTP', () => {
  it.each([true, false])('arrive as they were given, asked with plans: %s', async (plans) => {
    answer = SLOW;
    expect(await shard.slowQueries(AT, { plans })).toEqual(SLOW);
    expect(seen).toEqual({ path: '/internal/slow-queries', signed: AT, body: { ...AT, plans } });
  });

  it.each([null, [{ ...SLOW[0], plan: 'Result' }], [{ ...SLOW[0], meanMs: null }]])(
    'are not believed as %j',
    async (given) => {
      answer = given;
      await expect(shard.slowQueries(AT, { plans: true })).rejects.toThrow();
    },
  );
});
