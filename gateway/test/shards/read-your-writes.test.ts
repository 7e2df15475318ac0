import { epoch, lsn } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeenPositions } from '../../src/execution/seen-positions.ts';
import { ask } from '../support/http.ts';
import { CREATE, CRM } from '../support/operation-requests.ts';
import { app, createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
  await world.importApp('shop', documentOf('product'));
});
afterAll(async () => {
  await world.close();
});

describe('a reader', () => {
  it('sees at least what any answer has told of, per app', async () => {
    const read = async (query: string) => {
      await ask(`${world.url}/graphql`, { query });
      return world.calls.at(-1)?.minLsn;
    };
    expect(await read('{ crmCustomer(id: "1") { id } }')).toBeUndefined();
    world.committed = lsn('1/FF');
    await ask(`${world.url}${CRM}`, { query: CREATE });
    expect(world.calls.at(-1)?.minLsn).toBeUndefined();
    world.committed = lsn('1/A');
    await ask(`${world.url}${CRM}`, { query: CREATE });
    world.committed = null;
    expect(await read('{ crmCustomer(id: "1") { id } }')).toBe('1/FF');
    expect(await read('{ crmCustomer(id: "2") { id } }')).toBe('1/FF');
    expect(await read('{ shopProduct(id: "1") { id } }')).toBeUndefined();
  });
});

describe('positions that answers have told of', () => {
  it('count within their epoch alone', () => {
    const crm = app('crm');
    const seen = createSeenPositions();
    seen.note({ app: crm, epoch: epoch(2) }, lsn('0/A'));
    seen.note({ app: crm, epoch: epoch(1) }, lsn('9/0'));
    expect(seen.of({ app: crm, epoch: epoch(1) })).toBeUndefined();
    expect(seen.of({ app: crm, epoch: epoch(2) })).toBe('0/A');
    seen.note({ app: crm, epoch: epoch(3) }, lsn('0/1'));
    expect(seen.of({ app: crm, epoch: epoch(3) })).toBe('0/1');
  });
});
