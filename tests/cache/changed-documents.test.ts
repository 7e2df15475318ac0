/** What is kept while the document of an app changes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CachedWorld, CRM, createCachedWorld } from './cached-world.ts';

let world: CachedWorld;
beforeAll(async () => {
  world = await createCachedWorld();
});
afterAll(() => world?.world.dispose());

/** The same without the index that lists are read by. */
const UNINDEXED = {
  ...CRM,
  entities: CRM.entities.map((each) => ({
    ...each,
    fields: each.fields.map((field) => ({ ...field, indexed: false })),
  })),
};

async function importCrm(document: object): Promise<void> {
  const { errors } = await world.world.importApp('crm', document);
  expect(errors).toEqual([]);
}

it('answers of a document are not given again when it comes back after another one', async () => {
  const { token } = await world.world.signIn('crm', ['sales']);
  const query = '{ customers(where: {owner: {eq: "kim"}}) { name } }';
  await world.warm(query);
  await world.warm(query, { token });
  await importCrm(UNINDEXED);
  await world.write('mutation { createCustomer(input: {name: "New", owner: "kim"}) { customer { id } } }');
  await importCrm(CRM);
  for (const by of [{}, { token }]) {
    expect((await world.ask(query, by)).body).toEqual({ data: { customers: [{ name: 'New' }] } });
  }
});

describe('while a gateway still serves the former document', () => {
  const query = '{ customers(where: {owner: {eq: "lou"}}) { name } }';
  const create = (name: string, by = {}) =>
    world.write(
      `mutation { createCustomer(input: {name: "${name}", owner: "lou"}) { customer { id } } }`,
      by,
    );

  it('what is written there reaches answers of the new one', async () => {
    await importCrm(UNINDEXED);
    const behind = await world.world.another({ isBehind: true });
    try {
      await importCrm(CRM);
      expect((await world.warm(query)).body.data).toEqual({ customers: [] });
      await create('Written behind', { url: behind.url });
      expect((await world.ask(query)).body.data).toEqual({ customers: [{ name: 'Written behind' }] });
    } finally {
      await behind.close();
    }
  });

  it('what is written by the new one reaches answers of the former', async () => {
    const behind = await world.world.another({ isBehind: true });
    try {
      await importCrm(UNINDEXED);
      expect((await world.warm(query, { url: behind.url })).body.data?.['customers']).toHaveLength(1);
      await create('Written ahead');
      expect((await world.ask(query, { url: behind.url })).body.data?.['customers']).toHaveLength(2);
    } finally {
      await behind.close();
    }
  });
});
