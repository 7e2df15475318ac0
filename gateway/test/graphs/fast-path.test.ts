import { RocketError } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IN_FULL } from '../support/cases-in-full.ts';
import { PASSED_ON } from '../support/cases-passed-on.ts';
import { askOnce } from '../support/http.ts';
import { BY_ID, CRM, ONE, post } from '../support/operation-requests.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
/** A second gateway over the same shard that sees each operation for the first time. */
let cold: Awaited<ReturnType<World['another']>>;
beforeAll(async () => {
  world = await createWorld({ corsOrigins: ['https://shop.example'] });
  await world.importApp('crm', documentOf('customer'));
  await world.importApp('shop', documentOf('product'));
  cold = await world.another();
});
afterEach(() => {
  world.intercept = () => undefined;
  world.calls.length = 0;
  world.operations.length = 0;
});
afterAll(async () => {
  await cold.close();
  await world.close();
});

async function send(
  url: string,
  { init, search = '' }: { readonly init: RequestInit; readonly search?: string },
) {
  const headers = { ...(init.headers as Record<string, string>), 'x-request-id': 'r-1' };
  const response = await fetch(`${url}${search}`, { ...init, headers });
  const text = await response.text();
  const { date, connection, 'keep-alive': _, ...rest } = Object.fromEntries(response.headers);
  return { status: response.status, text, headers: rest };
}

describe('an operation that is known', () => {
  it.each([...PASSED_ON, ...IN_FULL].map((one, index) => ({ ...one, index })))(
    'is answered as if it were new: $name',
    async ({
      index,
      query,
      path = CRM,
      known = {},
      request = (text) => post({ query: text }),
      failure,
      status,
      passes,
    }) => {
      // Two gateways that know nothing of each other, and a text that no other case uses.
      const text = `${query} #${index}`;
      const { headers, ...parameters } = known;
      await send(`${world.url}${path}`, post({ query: text, ...parameters }, headers));
      world.intercept = ({ app }) => {
        if (failure !== undefined && (failure.app ?? app) === app) throw new RocketError(failure.code);
      };
      const isMoving = failure?.code === 'WRONG_EPOCH';
      world.operations.length = 0;
      const warm = await send(`${world.url}${path}`, request(text));
      const asked = world.operations.splice(0);
      const expected = await send(`${cold.url}${path}`, request(text));
      expect(warm).toEqual(expected);
      expect(warm.status).toBe(status);
      expect(warm.text).not.toContain('secret');
      expect(asked.some((operation) => operation.query === text)).toBe(passes);
      expect(world.operations.some((operation) => operation.query === text)).toBe(false);
      // Nothing is requested twice, whatever fails.
      if (passes) expect(asked).toHaveLength(isMoving ? 4 : 1);
    },
  );

  it('goes to the shard with the document, the variables and the name', async () => {
    const body = { query: BY_ID, variables: { id: '7' }, operationName: 'One' };
    await askOnce(`${world.url}${CRM}`, body);
    await askOnce(`${world.url}${CRM}`, body);
    expect(world.operations[1]).toMatchObject({ ...body, document: { kind: 'Document' } });
  });

  it('takes the long way for good when its subgraph does not know it as it stands', async () => {
    const query = `${ONE} #refused`;
    world.intercept = (_context, operation) => {
      if (operation.query === query) throw new RocketError('GRAPHQL_VALIDATION_FAILED');
    };
    for (const calls of [1, 3, 4]) {
      expect((await askOnce(`${world.url}${CRM}`, { query })).data).toEqual({
        customer: { id: '1', name: 'customer' },
      });
      expect(world.calls).toHaveLength(calls);
    }
  });
});
