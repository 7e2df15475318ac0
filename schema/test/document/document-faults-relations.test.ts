import { describe } from 'vitest';
import { entity, type JsonObject, KEY, manyToMany, oneToMany } from '../support/document-fixture.ts';
import { both, CUSTOMER, type FaultCase, itRefuses, join, relation } from './document-fault-fixture.ts';

const order = (order_by: JsonObject[]): JsonObject => relation({ order_by });

const CASES: readonly FaultCase[] = [
  ['unknown source', relation({ source: 'custmer' }), ['$.relations[0].source']],
  ['source of this app', relation({ source: 'shop.customer' }), ['$.relations[0].source']],
  ['malformed source', relation({ source: 'crm.customer.id' }), ['$.relations[0].source']],
  ['unknown target', relation({ target: 'tickets' }), ['$.relations[0].target']],
  ['target of another app', relation({ target: 'crm.ticket' }), ['$.relations[0].target']],
  ['missing target_key', relation({ target_key: null }), ['$.relations[0].target_key']],
  ['unknown target_key', relation({ target_key: 'custmer_id' }), ['$.relations[0].target_key']],
  [
    'key types that differ',
    {
      entities: [CUSTOMER, entity('ticket', [{ name: 'customer_id', type: 'int' }])],
      relations: [oneToMany('r', ['customer', 'ticket', 'customer_id'])],
    },
    ['$.relations[0].target_key'],
  ],
  [
    'nested inputs of the name of another input',
    {
      entities: [CUSTOMER, entity('ticket', [KEY('customer_id')])],
      relations: [oneToMany('customer_create', ['customer', 'ticket', 'customer_id'])],
    },
    ['$.relations[0].name'],
  ],
  [
    'nested inputs of the same name',
    {
      entities: [CUSTOMER, entity('ticket', [KEY('customer_id'), KEY('other_id')])],
      relations: [
        oneToMany('tickets_item', ['customer', 'ticket', 'customer_id']),
        oneToMany('tickets', ['customer', 'ticket', 'other_id']),
      ],
    },
    ['$.relations[1].name'],
  ],
  ['source_key that is not the key', relation({ source_key: 'name' }), ['$.relations[0].source_key']],
  ['order by an unknown field', order([{ field: 'titel' }]), ['$.relations[0].order_by[0].field']],
  [
    'order by a field of the source',
    order([{ field: 'title' }, { field: 'name' }]),
    ['$.relations[0].order_by[1].field'],
  ],
  [
    'order by JSON',
    {
      entities: [CUSTOMER, entity('ticket', [KEY('customer_id'), { name: 'extra', type: 'json' }])],
      relations: [oneToMany('r', ['customer', 'ticket', 'customer_id'], { order_by: [{ field: 'extra' }] })],
    },
    ['$.relations[0].order_by[0].field'],
  ],
  [
    'order by a field twice',
    order([{ field: 'title' }, { field: 'title', direction: 'desc' }]),
    ['$.relations[0].order_by[1].field'],
  ],
  [
    'unknown direction',
    order([{ field: 'title', direction: 'up' }]),
    ['$.relations[0].order_by[0].direction'],
  ],
  [
    'order by five fields',
    order(['id', 'title', 'status', 'customer_id', 'id'].map((field) => ({ field }))),
    ['$.relations[0].order_by'],
  ],
  [
    'order of one record',
    relation({ type: 'one_to_one', order_by: [{ field: 'title' }] }),
    ['$.relations[0].order_by'],
  ],
  ['order of a many_to_many', join({ order_by: [{ field: 'title' }] }), ['$.relations[0].order_by']],
  ['check_reference as text', relation({ check_reference: 'no' }), ['$.relations[0].check_reference']],
  ['unknown on_delete', relation({ on_delete: 'explode' }), ['$.relations[0].on_delete']],
  [
    'set_null on a required key',
    {
      entities: [CUSTOMER, entity('ticket', [{ ...KEY('customer_id'), required: true }])],
      relations: [oneToMany('r', ['customer', 'ticket', 'customer_id'], { on_delete: 'set_null' })],
    },
    ['$.relations[0].on_delete'],
  ],
  [
    'relation twice',
    both({
      relations: [
        oneToMany('r', ['customer', 'ticket', 'customer_id']),
        oneToMany('r', ['customer', 'ticket', 'id']),
      ],
    }),
    ['$.relations[1].name'],
  ],
  ['no join table', join({ join_table: null }), ['$.relations[0].join_table']],
  ['equal join columns', join({ target_join_key: 'left_id' }), ['$.relations[0].target_join_key']],
  ['no join column', join({ source_join_key: null }), ['$.relations[0].source_join_key']],
  ['join table of an entity', join({ join_table: 'ticket_rows' }), ['$.relations[0].join_table']],
  [
    'join table twice',
    both({
      relations: [
        manyToMany('a', ['customer', 'ticket']),
        manyToMany('b', ['ticket', 'customer'], { join_table: 'a' }),
      ],
    }),
    ['$.relations[1].join_table'],
  ],
  ['many_to_many across apps', join({ source: 'crm.customer' }), ['$.relations[0].type']],
  ['bad GraphQL name', relation({ graphql: { field: 'open-tickets' } }), ['$.relations[0].graphql.field']],
  [
    'GraphQL name of a field',
    relation({ graphql: { inverse_field: 'title' } }),
    ['$.relations[0].graphql.inverse_field'],
  ],
  [
    'GraphQL name of the version',
    relation({ graphql: { field: 'version' } }),
    ['$.relations[0].graphql.field'],
  ],
];

describe('faults of relations', () => itRefuses(CASES));
