/** Rules, state machines and references of records that are written along with their parent. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createNestedApp,
  faults,
  key,
  keyOf,
  type NestedApp,
  NOBODY,
  relation,
  text,
} from '../support/nested-app.ts';
import { entity } from '../support/write-app.ts';

const rule = (of: string, type: string, definition: object, more: object = {}) => ({
  entity: of,
  type,
  definition,
  ...more,
});

const DOCUMENT = {
  version: 1,
  entities: [
    entity('order', [text('title', { required: true }), { name: 'closed', type: 'boolean' }]),
    entity('product', [text('name')]),
    entity('item', [
      { name: 'quantity', type: 'int', required: true },
      { name: 'price', type: 'decimal', precision: 2 },
      { name: 'total', type: 'decimal', precision: 2 },
      text('status', { enum: ['open', 'sent'], default: 'open' }),
      key('order'),
      key('product'),
    ]),
  ],
  relations: [
    relation('order', 'item', { name: 'order_items', on_delete: 'cascade' }),
    relation('product', 'item', { name: 'product_items' }),
  ],
  rules: [
    rule('item', 'field', { field: 'quantity', operator: 'min', value: 1, message: 'At least one' }),
    rule('item', 'computed', { field: 'total', expression: '(record.price ?? 0) * record.quantity' }),
    rule('item', 'expression', {
      expression: 'related.order_items.closed == true',
      message: 'The order is closed',
      related_load: [{ relation: 'order_items' }],
    }),
    rule(
      'item',
      'expression',
      { expression: "record.status == 'sent'", message: 'It was sent' },
      { hook: 'before_delete' },
    ),
  ],
  state_machines: [
    {
      entity: 'item',
      field: 'status',
      definition: {
        initial: 'open',
        transitions: [{ from: 'open', to: 'sent', guard: 'record.quantity < 10' }],
      },
    },
  ],
};

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(DOCUMENT);
});
afterAll(() => app.app.dispose());
beforeEach(() => app.clear());

const order = async (...data: object[]) => keyOf(await app.create('order', { title: 'o', items: { data } }));
const change = (id: string, data: readonly object[], mode = 'DIFF') =>
  app.update('order', id, { items: { mode, data } });
const itemId = async (quantity: number) =>
  String((await app.rows('SELECT id FROM items WHERE quantity = $1', [quantity]))[0]?.[0]);

describe('children', () => {
  it('have their fields computed, by one statement for all of them', async () => {
    await order({ quantity: 2, price: '1.50' }, { quantity: 3 });
    expect(await app.rows('SELECT total FROM items ORDER BY quantity')).toEqual([['3.00'], ['0.00']]);
    app.statements();
    await order({ quantity: 2 });
    const few = app.statements().length;
    await order(...Array.from({ length: 50 }, () => ({ quantity: 2 })));
    expect(app.statements().length).toBe(few);
  });

  it('are refused by their rules, all together, at their places', async () => {
    const refused = await app.create('order', {
      title: 'o',
      items: { data: [{ quantity: 0 }, { quantity: 1 }, { quantity: -1 }] },
    });
    expect(faults(refused)).toEqual([
      'VALIDATION_FAILED input.items.data.0.quantity min',
      'VALIDATION_FAILED input.items.data.2.quantity min',
    ]);
    expect(await app.rows('SELECT count(*)::int FROM orders')).toEqual([[0]]);
  });

  it('see in their rules the parent that is written with them', async () => {
    const closed = await app.create('order', {
      title: 'o',
      closed: true,
      items: { data: [{ quantity: 1 }] },
    });
    expect(faults(closed)).toEqual(['VALIDATION_FAILED input.items.data.0 expression']);
  });

  it('change their states by their machines alone', async () => {
    const id = await order({ quantity: 1 }, { quantity: 20 });
    const first = await app.create('order', {
      title: 'o',
      items: { data: [{ quantity: 1, status: 'SENT' }] },
    });
    expect(faults(first)).toEqual(['VALIDATION_FAILED input.items.data.0.status state_machine']);
    const guarded = await change(id, [{ id: await itemId(20), status: 'SENT' }]);
    expect(faults(guarded)).toEqual(['VALIDATION_FAILED patch.items.data.0.status state_machine']);
    keyOf(await change(id, [{ id: await itemId(1), status: 'SENT' }]));
    expect(await app.rows('SELECT status FROM items ORDER BY quantity')).toEqual([['sent'], ['open']]);
  });

  it('are kept from being deleted by their rules, by name and by a replacement', async () => {
    const id = await order({ quantity: 1 });
    keyOf(await change(id, [{ id: await itemId(1), status: 'SENT' }]));
    const named = await change(id, [{ id: await itemId(1), delete: true }]);
    expect(faults(named)).toEqual(['VALIDATION_FAILED patch.items.data.0.id expression']);
    expect(faults(await change(id, [], 'REPLACE'))).toEqual([
      'VALIDATION_FAILED patch.items.data expression',
    ]);
    expect(await app.rows('SELECT count(*)::int FROM items')).toEqual([[1]]);
  });

  it('refer to records that are there, whatever their parent is', async () => {
    const refused = await app.create('order', {
      title: 'o',
      items: {
        data: [{ quantity: 1, productId: NOBODY }, { quantity: 1 }, { quantity: 1, productId: NOBODY }],
      },
    });
    expect(faults(refused)).toEqual([
      'REFERENCE_NOT_FOUND input.items.data.0.productId reference',
      'REFERENCE_NOT_FOUND input.items.data.2.productId reference',
    ]);
  });
});
