/** What is kept while the document of an app changes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
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
    expect((await world.ask(query, by)).body.data).toEqual({ customers: [{ name: 'New' }] });
  }
});
