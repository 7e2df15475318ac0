/** A shop whose orders belong to customers of another app. */
import { createReadApp, type ReadApp } from './read-app.ts';
import { entity } from './write-app.ts';

const id = (kind: string) => (n: number) => `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const orderId = id('a');
export const itemId = id('b');
export const labelId = id('c');
export const customerId = id('d');
/** A key with everything that stands between keys and the texts around them. */
export const ODD_COUPON = '\u0001 0:\u0002"\\';
/** Order with more labels than tags are told of. */
export const LABELLED = 4;
const MANY = 501;

const CRM = {
  version: 1,
  exports: ['customer'],
  entities: [entity('customer', [{ name: 'name', type: 'string' }])],
};

const SHOP = {
  version: 1,
  entities: [
    entity(
      'order',
      [
        { name: 'number', type: 'string', unique: true },
        { name: 'status', type: 'string', indexed: true, enum: ['open', 'paid'] },
        { name: 'total', type: 'decimal', indexed: true },
        { name: 'rank', type: 'int', indexed: true },
        { name: 'note', type: 'string', searchable: true },
        { name: 'customer_id', type: 'uuid' },
        { name: 'coupon_id', type: 'string' },
      ],
      { soft_delete: true, max_page_size: 1_000 },
    ),
    entity('item', [
      { name: 'quantity', type: 'int' },
      { name: 'order_id', type: 'uuid' },
      { name: 'product_id', type: 'int' },
    ]),
    entity('product', [{ name: 'name', type: 'string' }], { keyType: 'int', generated: false }),
    entity('coupon', [{ name: 'text', type: 'string' }], { keyType: 'string', generated: false }),
    entity('label', [{ name: 'word', type: 'string' }], { max_page_size: 1_000 }),
  ],
  relations: [
    { name: 'order_items', type: 'one_to_many', source: 'order', target: 'item', target_key: 'order_id' },
    {
      name: 'product_items',
      type: 'one_to_many',
      source: 'product',
      target: 'item',
      target_key: 'product_id',
    },
    {
      name: 'coupon_orders',
      type: 'one_to_many',
      source: 'coupon',
      target: 'order',
      target_key: 'coupon_id',
    },
    {
      name: 'customer_orders',
      type: 'one_to_many',
      source: 'crm.customer',
      target: 'order',
      target_key: 'customer_id',
    },
    {
      name: 'order_labels',
      type: 'many_to_many',
      source: 'order',
      target: 'label',
      join_table: 'order_labels',
      source_join_key: 'order_id',
      target_join_key: 'label_id',
    },
  ],
  state_machines: [
    {
      name: 'order_status',
      entity: 'order',
      field: 'status',
      definition: { initial: 'open', transitions: [{ from: 'open', to: 'paid' }] },
    },
  ],
  permissions: [
    {
      entity: 'order',
      action: 'read',
      roles: ['buyer'],
      conditions: [{ field: 'customer_id', operator: 'eq', value: { user: 'id' } }],
    },
    ...['item', 'label'].map((name) => ({ entity: name, action: 'read', roles: ['buyer'] })),
  ],
  sample_data: {
    product: [
      { id: 7, name: 'seven' },
      { id: 8, name: 'eight' },
    ],
    coupon: [{ id: ODD_COUPON, text: 'odd' }],
    order: [
      {
        id: orderId(1),
        number: 'A1',
        status: 'open',
        total: '1.50',
        rank: 1,
        customer_id: customerId(1),
        note: 'red car',
      },
      {
        id: orderId(2),
        number: 'A2',
        status: 'paid',
        total: '2',
        customer_id: customerId(1),
        coupon_id: ODD_COUPON,
      },
      {
        id: orderId(3),
        number: 'A3',
        status: 'open',
        customer_id: customerId(2),
        deleted_at: '2026-01-01T00:00:00Z',
      },
      { id: orderId(LABELLED), number: 'A4', status: 'paid' },
    ],
    item: [
      { id: itemId(1), quantity: 1, order_id: orderId(1), product_id: 7 },
      { id: itemId(2), quantity: 2, order_id: orderId(1) },
    ],
    label: Array.from({ length: MANY }, (_, n) => ({ id: labelId(n + 1), word: `w${n}` })),
    order_labels: [
      { order_id: orderId(1), label_id: labelId(1) },
      { order_id: orderId(1), label_id: labelId(2) },
      ...Array.from({ length: MANY }, (_, n) => ({ order_id: orderId(LABELLED), label_id: labelId(n + 1) })),
    ],
  },
};

export function createFactsApp(): Promise<ReadApp> {
  return createReadApp(SHOP, { app: 'shop', others: [{ app: 'crm', document: CRM }] });
}
