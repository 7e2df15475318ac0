/** What answers tell of themselves. */
import { type Caller, changeEvent, type ReadFacts } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFactsApp, customerId, itemId, orderId } from '../support/facts-app.ts';
import type { AskOptions, ReadApp } from '../support/read-app.ts';
import { TAGGED_READS } from '../support/tagged-reads.ts';
import { ADMIN, callerWith } from '../support/write-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createFactsApp();
});
afterAll(() => app?.dispose());

const BUYER = callerWith(['buyer'], customerId(1));

async function factsOf(fields: string, caller: Caller = ADMIN): Promise<ReadFacts> {
  const { facts, result } = await app.answer(`{ ${fields} }`, { caller, wantsFacts: true });
  if (facts?.kind !== 'read') throw new Error(JSON.stringify(result().errors ?? 'no facts'));
  return facts;
}

/** Without the app's name, sorted. */
async function tagsOf(fields: string, caller?: Caller): Promise<string[]> {
  const { tags } = await factsOf(fields, caller);
  return tags
    .flatMap(([prefix, values]) => values.map((value) => `${prefix}${value}`.replace('shop.', '')))
    .sort();
}

describe('an answer depends, for', () => {
  for (const [name, [fields, tags]] of Object.entries(TAGGED_READS)) {
    it(name, async () => {
      expect(await tagsOf(fields)).toEqual(tags.toSorted());
    });
  }

  it('what a caller may read, on the values that a policy asks for', async () => {
    expect(await tagsOf('orders { id }', BUYER)).toEqual([`order@customer_id=${customerId(1)}`]);
    expect(await tagsOf('orders { id }', callerWith(['buyer'], 'no-uuid'))).toEqual([]);
  });

  it('entities of several types, whose keys come in texts within texts', async () => {
    const fields = `_entities(representations: [{ __typename: "Item", id: "${itemId(1)}" },
      { __typename: "Order", id: "${orderId(1)}" }, { __typename: "CrmCustomer", id: "${customerId(1)}" }]) {
      ... on Item { product { name } } ... on Order { items { id } } ... on CrmCustomer { orders { id } } }`;
    expect(await tagsOf(fields)).toEqual(
      [
        `item#${itemId(1)}`,
        'product#7',
        `order#${orderId(1)}`,
        `item@order_id=${orderId(1)}`,
        `order@customer_id=${customerId(1)}`,
      ].sort(),
    );
  });
});

it('an order of another customer has none of the tags of a customer', async () => {
  const read = `orders(where: { customerId: { eq: "${customerId(1)}" } }) { number items { quantity } coupon { text } }`;
  const entity = app.model.entities.get('order');
  if (entity === undefined) throw new Error('no orders');
  const told = (owner: string) => {
    const values = { number: 'A9', status: 'open', rank: 1, customer_id: owner };
    const after = { key: orderId(9), version: 1, values };
    return changeEvent(app.model.app, ADMIN, { entity, operation: 'create', before: null, after }).tags;
  };
  const tags = new Set((await tagsOf(read)).map((tag) => `shop.${tag}`));
  expect(told(customerId(2)).filter((tag) => tags.has(tag))).toEqual([]);
  expect(told(customerId(1)).filter((tag) => tags.has(tag))).toEqual([
    `shop.order@customer_id=${customerId(1)}`,
  ]);
});

describe('facts', () => {
  it('name the entities whose policies were asked, those of conditions and orders too', async () => {
    expect((await factsOf('orders { id }')).entities).toEqual(['order']);
    const related =
      'items(where: { order: { rank: { eq: 1 } } }, orderBy: [{ product: { name: ASC } }]) { id }';
    expect((await factsOf(related)).entities.toSorted()).toEqual(['item', 'order', 'product']);
    expect((await factsOf(`order(id: "${orderId(1)}") { customer { id } labels { id } }`)).entities).toEqual([
      'order',
      'label',
    ]);
  });

  it('say that transitions may become others by themselves', async () => {
    expect((await factsOf('orders { id }')).isLasting).toBe(true);
    expect((await factsOf('orders { id statusTransitions { to allowed } }')).isLasting).toBe(false);
  });

  it('are of one tag where it comes from several rows', async () => {
    const { tags } = await factsOf('items { order { number } }');
    expect(tags).toEqual([
      ['shop.item', ['']],
      ['shop.order#', [orderId(1)]],
    ]);
  });

  const nothing: Readonly<Record<string, readonly [string, AskOptions]>> = {
    'of an answer that nobody asked them of': ['{ orders { id } }', {}],
    'of an answer with a field that failed': [
      '{ orders { id } a: orders(limit: -1) { id } }',
      { wantsFacts: true },
    ],
    'of an answer with a field that is forbidden': [
      '{ items { id product { id } } }',
      { caller: BUYER, wantsFacts: true },
    ],
    'of an answer about the schema': ['{ orders { id } __schema { __typename } }', { wantsFacts: true }],
    'of variables that do not fit': ['query ($id: ID!) { order(id: $id) { id } }', { wantsFacts: true }],
  };
  for (const [name, [query, options]] of Object.entries(nothing)) {
    it(`are not told ${name}`, async () => {
      expect((await app.answer(query, options)).facts).toBeNull();
    });
  }

  it('cost nothing and change nothing where nobody asks for them', async () => {
    const query =
      '{ orders { number coupon { id } items { id product { name } } labels(limit: 2) { word } statusTransitions { to } } }';
    const [plain, told] = await Promise.all([app.answer(query), app.answer(query, { wantsFacts: true })]);
    expect(told.json()).toBe(plain.json());
    expect(told.json()).not.toContain(String.fromCharCode(1));
  });
});
