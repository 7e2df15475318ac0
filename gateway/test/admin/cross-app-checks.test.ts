import { describe, expect, it } from 'vitest';
import { crossAppFaults } from '../../src/compose/cross-app-checks.ts';
import { readDocument } from '../../src/compose/read-document.ts';
import { app } from '../support/world.ts';

const KEY = { name: 'id', type: 'uuid' };

function entity(name: string, keyType: string, fields: readonly object[] = []) {
  return {
    name,
    table: `${name}_rows`,
    primary_key: { field: 'id', type: keyType, generated: true },
    fields: [{ ...KEY, type: keyType }, ...fields],
  };
}

function read(name: string, document: object) {
  const outcome = readDocument(app(name), JSON.stringify({ version: 1, ...document }));
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.faults));
  const { model, written } = outcome.read;
  return { app: model.app, document: model.document, written };
}

const relation = (name: string, source: string, target_key: string) => ({
  name,
  type: 'one_to_many',
  source,
  target: 'order',
  target_key,
});

/** Not in the order of their names, in which a document is stored. */
const SHOP = {
  entities: [
    entity('order', 'uuid', [
      { ...KEY, name: 'a_id' },
      { ...KEY, name: 'b_id' },
    ]),
    entity('item', 'uuid'),
  ],
  relations: [relation('z_orders', 'crm.customer', 'a_id'), relation('a_orders', 'crm.person', 'b_id')],
};

describe('faults with regard to other apps', () => {
  it('are placed where the author wrote what is wrong, not where it is stored', () => {
    const crm = read('crm', {
      entities: [entity('person', 'uuid'), entity('customer', 'bigint')],
      exports: ['customer'],
    });
    const paths = crossAppFaults({ ...read('shop', SHOP), others: [crm] }).map(({ path, message }) => [
      path,
      message,
    ]);
    expect(paths).toEqual([
      ['$.relations[1].source', 'App crm does not export person'],
      ['$.relations[0].target_key', 'Field a_id is uuid, but the key of crm.customer is bigint'],
    ]);
  });

  it('name the entity that another app relies on by its place', () => {
    const crm = read('crm', {
      entities: [entity('person', 'uuid'), entity('customer', 'bigint')],
      exports: ['customer', 'person'],
    });
    const faults = crossAppFaults({ ...crm, others: [read('shop', SHOP)] });
    expect(faults.map(({ path }) => path)).toEqual(['$.entities[1].primary_key.type']);
  });
});
