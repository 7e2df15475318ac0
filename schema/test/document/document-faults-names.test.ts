import { describe, expect, it } from 'vitest';
import { entity, KEY } from '../support/document-fixture.ts';
import { type FaultCase, faultPaths, field, itRefuses, STATUS } from './document-fault-fixture.ts';

const CASES: readonly FaultCase[] = [
  ['unknown version', { version: 2 }, ['$.version']],
  ['version as text', { version: '1' }, ['$.version']],
  ['list that is none', { entities: {} }, ['$.entities']],
  [
    'missing property',
    { entities: [{ name: 'a' }] },
    ['$.entities[0].table', '$.entities[0].primary_key', '$.entities[0].fields'],
  ],
  ['no fields', { entities: [entity('a', [], { fields: [] })] }, ['$.entities[0].fields']],
  ['unknown type', field({ name: 'x', type: 'sting' }), ['$.entities[0].fields[1].type']],
  [
    'flag that is none',
    field({ name: 'x', type: 'string', required: 'yes' }),
    ['$.entities[0].fields[1].required'],
  ],
  ['bad entity name', { entities: [entity('Ticket')] }, ['$.entities[0].name', '$.entities[0].table']],
  [
    'entity name of 49 bytes',
    { entities: [entity('a'.repeat(49), [], { table: 't' })] },
    ['$.entities[0].name'],
  ],
  [
    'injected field name',
    field({ name: 'x"; DROP TABLE a; --', type: 'string' }),
    ['$.entities[0].fields[1].name'],
  ],
  [
    'field name of 64 bytes',
    field({ name: 'a'.repeat(64), type: 'string' }),
    ['$.entities[0].fields[1].name'],
  ],
  [
    'table name of 64 bytes',
    { entities: [entity('a', [], { table: 'a'.repeat(64) })] },
    ['$.entities[0].table'],
  ],
  ['engine table', { entities: [entity('a', [], { table: '_outbox' })] }, ['$.entities[0].table']],
  ['server table', { entities: [entity('a', [], { table: 'pg_class' })] }, ['$.entities[0].table']],
  ...['__proto__', 'constructor', 'prototype', '_version', '__typename', 'true', 'false_', 'null'].map(
    (name): FaultCase => [`field ${name}`, field({ name, type: 'string' }), ['$.entities[0].fields[1].name']],
  ),
  ...[
    'query',
    'mutation',
    'subscription',
    'page_info',
    'user_error',
    'string',
    'date_time',
    'file',
    'string_filter',
    'errors',
    'time_bucket',
    'change_operation',
  ].map((name): FaultCase => [`entity ${name}`, { entities: [entity(name)] }, ['$.entities[0].name']]),
  ['entity twice', { entities: [entity('a'), entity('a', [], { table: 'b' })] }, ['$.entities[1].name']],
  ['table twice', { entities: [entity('a'), entity('b', [], { table: 'a_rows' })] }, ['$.entities[1].table']],
  ['field twice', { entities: [entity('a', [KEY('b'), KEY('b')])] }, ['$.entities[0].fields[2].name']],
  [
    'equal in camelCase',
    { entities: [entity('a', [KEY('x_y'), KEY('x__y')])] },
    ['$.entities[0].fields[2].name'],
  ],
  [
    'version and record_version',
    { entities: [entity('a', [KEY('version'), KEY('record_version')])] },
    ['$.entities[0].fields[2].name'],
  ],
  ['singular and plural', { entities: [entity('customer'), entity('customers')] }, ['$.entities[1].name']],
  ['news and news_list', { entities: [entity('news'), entity('news_list')] }, ['$.entities[1].name']],
  [
    'connection type',
    { entities: [entity('customer'), entity('customer_connection')] },
    ['$.entities[1].name'],
  ],
  [
    'aggregate type',
    { entities: [entity('customer_aggregate'), entity('customer')] },
    ['$.entities[1].name'],
  ],
  ...[
    'change',
    'previous',
    'field_name',
    'having_sum',
    'group_by_key',
    'group_by_result',
    'aggregate_min_max',
    'to_many_filter',
  ].map(
    (name): FaultCase => [
      `customer_${name}`,
      { entities: [entity('customer'), entity(`customer_${name}`)] },
      ['$.entities[1].name'],
    ],
  ),
  [
    'query of groups',
    { entities: [entity('customer'), entity('customers_group_by')] },
    ['$.entities[1].name'],
  ],
  ['query by key', { entities: [entity('customer'), entity('customer_by')] }, ['$.entities[1].name']],
  ...['change', 'previous'].map(
    (name): FaultCase => [
      `enum of a field ${name}`,
      field({ name, type: 'string', enum: ['up', 'down'] }),
      ['$.entities[0].fields[1].name'],
    ],
  ),
  [
    'enum type',
    { entities: [entity('ticket', [STATUS]), entity('ticket_status')] },
    ['$.entities[0].fields[1].name'],
  ],
];

describe('faults of names', () => itRefuses(CASES));

it('leaves the names that documents are likely to want to them', () => {
  const likely = ['field', 'group', 'filter', 'sum', 'order', 'value', 'key_value', 'list'];
  // Its enum has a filter of its own.
  const relation = { name: 'relation', type: 'string', enum: ['parent', 'sibling'] };
  const entities = [entity('customer', [relation]), ...likely.map((name) => entity(`customer_${name}`))];
  expect(faultPaths({ entities })).toEqual([]);
});
