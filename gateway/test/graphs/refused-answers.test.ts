import { RocketError } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/http.ts';
import { CREATE, CRM, ONE } from '../support/operation-requests.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterEach(() => {
  world.intercept = () => undefined;
});
afterAll(async () => {
  await world.close();
});

describe('a refused answer', () => {
  it.each([
    { query: ONE, code: 'SHARD_UNAVAILABLE', retryAfter: '1' },
    { query: ONE, code: 'POOL_EXHAUSTED', retryAfter: '1' },
    { query: CREATE, code: 'POOL_EXHAUSTED', retryAfter: '1' },
    // The operation may have been executed.
    { query: CREATE, code: 'SHARD_UNAVAILABLE', retryAfter: null },
  ] as const)(
    'says when to repeat it, if that is safe: $code for $query',
    async ({ query, code, retryAfter }) => {
      world.intercept = () => {
        throw new RocketError(code);
      };
      const { status, headers, errors } = await ask(`${world.url}${CRM}`, { query });
      expect([status, headers.get('retry-after'), errors[0]?.extensions]).toEqual([
        503,
        retryAfter,
        { code, retryable: true },
      ]);
    },
  );
});
