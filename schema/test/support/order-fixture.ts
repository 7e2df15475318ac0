import { entity, entityOf, KEY, model } from './document-fixture.ts';

/** An entity with a field of nearly every type. */
export const order = entityOf(
  model({
    entities: [
      entity(
        'order',
        [
          KEY('customer_id'),
          { name: 'status', type: 'string', enum: ['open', 'sent'] },
          { name: 'note', type: 'text' },
          { name: 'items', type: 'int' },
          { name: 'weight', type: 'bigint' },
          { name: 'discount', type: 'float' },
          { name: 'total', type: 'decimal', precision: 2 },
          { name: 'placed_at', type: 'timestamp' },
          { name: 'due_on', type: 'date' },
          { name: 'paid', type: 'boolean' },
          { name: 'extra', type: 'json' },
        ],
        { max_page_size: 50 },
      ),
    ],
    relations: [
      {
        name: 'orders',
        type: 'one_to_many',
        source: 'crm.customer',
        target: 'order',
        target_key: 'customer_id',
      },
    ],
  }),
  'order',
);
