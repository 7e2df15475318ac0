/** Events that a shard process keeps whole, over HTTP. */
import { createInternalVerifier } from '@rocket/platform';
import { epoch, INTERNAL_CALL_HEADER, MAX_STORED_EVENTS } from '@rocket/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpShardService, type HttpShardService } from '../../src/transport/http-shard-service.ts';
import { readBody, startServer, type TestServer } from '../support/http.ts';
import { app } from '../support/world.ts';

const KEY = 'k'.repeat(40);
const AT = { app: app('crm'), epoch: epoch(3) };
const STORED = [
  { id: '7', payload: '{"v": 1, "n": 123456789012345678901234567890, "s": "\\"\\u2028🚀"}' },
  { id: '9223372036854775807', payload: JSON.stringify({ body: 'x'.repeat(3_000_000) }) },
];

let server: TestServer;
let shard: HttpShardService;
let answer: unknown;
let seen: { path: string | undefined; signed: unknown; body: unknown };
beforeEach(async () => {
  server = await startServer(async (request, response) => {
    const signature = String(request.headers[INTERNAL_CALL_HEADER]);
    const signed = { method: 'POST', path: request.url ?? '' };
    seen = {
      path: request.url,
      signed: createInternalVerifier(KEY).verify(signature, signed).payload,
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

it('arrive as they were stored, to the last digit', async () => {
  answer = STORED;
  const ids = STORED.map(({ id }) => id);
  expect(await shard.storedEvents(AT, { ids })).toEqual(STORED);
  expect(seen).toEqual({ path: '/internal/stored-events', signed: AT, body: { ...AT, ids } });
  expect(ids.length).toBeLessThanOrEqual(MAX_STORED_EVENTS);
});

it.each([null, STORED[0], [{ id: 7, payload: '{}' }], [{ id: '7', payload: {} }]])(
  'are not believed as %j',
  async (given) => {
    answer = given;
    await expect(shard.storedEvents(AT, { ids: ['7'] })).rejects.toThrow();
  },
);
