import { describe } from 'vitest';
import { both, CUSTOMER, type FaultCase, itRefuses, join, relation } from './document-fault-fixture.ts';
import { entity, KEY, manyToMany, oneToMany } from './document-fixture.ts';

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
  ['source_key that is not the key', relation({ source_key: 'name' }), ['$.relations[0].source_key']],
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
