import { createLogger } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExclusive } from '../../src/admin/exclusive.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

const ROUNDS = 4;
const logger = createLogger({ level: 'silent', name: 'test' });

let world: World;
let other: Awaited<ReturnType<World['another']>>;
let token: string;
beforeAll(async () => {
  world = await createWorld();
  other = await world.another();
  token = await world.platformToken();
});
afterAll(async () => {
  await other.close();
  await world.close();
});

async function importAt(url: string, name: string, document: unknown): Promise<unknown> {
  const response = await fetch(`${url}/admin/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query:
        'mutation ($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }',
      variables: { name, document },
    }),
  });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code ?? 'done';
}

describe('imports by two gateways at once', () => {
  it('never leave a relation to what the other one has taken away', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [crm, shop] = [`crm${round}`, `shop${round}`];
      await world.importApp(crm, documentOf('customer'));
      const outcomes = await Promise.all([
        importAt(world.url, crm, documentOf('person')),
        importAt(
          other.url,
          shop,
          documentOf('order', ['owner_id'], {
            relations: [
              {
                name: 'orders',
                type: 'one_to_many',
                source: `${crm}.customer`,
                target: 'order',
                target_key: 'owner_id',
              },
            ],
          }),
        ),
      ]);
      expect([...outcomes].sort()).toEqual(['DOCUMENT_INVALID', 'done']);
    }
  });
});

describe('a change', () => {
  it('is refused when those before it in the same gateway take too long, and never begins', async () => {
    const exclusive = createExclusive({ catalog: world.catalog, logger, waitMs: 300 });
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const first = exclusive.run('the first', () => gate);
    let began = false;
    const second = exclusive.run('the second', async () => {
      began = true;
    });
    await expect(second).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('the first'),
    });
    open();
    await first;
    expect(await exclusive.run('the third', async () => 'done')).toBe('done');
    expect(began).toBe(false);
  });

  it('that fails makes way for the next', async () => {
    const exclusive = createExclusive({ catalog: world.catalog, logger });
    const failed = exclusive.run('the first', async () => {
      throw new Error('it failed');
    });
    const next = exclusive.run('the second', async () => 'done');
    await expect(failed).rejects.toThrow('it failed');
    expect(await next).toBe('done');
  });
});
