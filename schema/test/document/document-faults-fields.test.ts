import { describe } from 'vitest';
import { entity } from '../support/document-fixture.ts';
import { type FaultCase, field, itRefuses, key, slug } from './document-fault-fixture.ts';

const CASES: readonly FaultCase[] = [
  ['composite key', key({ fields: ['a', 'b'] }), ['$.entities[0].primary_key.fields']],
  ['undeclared key', key({ field: 'key', type: 'uuid' }), ['$.entities[0].primary_key.field']],
  ['key of another type', key({ field: 'id', type: 'int' }), ['$.entities[0].primary_key.type']],
  [
    'generated text key',
    {
      entities: [
        entity('a', [], {
          primary_key: { field: 'id', type: 'string', generated: true },
          fields: [{ name: 'id', type: 'string' }],
        }),
      ],
    },
    ['$.entities[0].primary_key.generated'],
  ],
  ['undeclared slug', slug({ field: 'slug' }), ['$.entities[0].slug.field']],
  [
    'slug that is no unique text',
    slug({ field: 'slug' }, [{ name: 'slug', type: 'int' }]),
    ['$.entities[0].slug.field', '$.entities[0].slug.field'],
  ],
  [
    'undeclared slug source',
    slug({ field: 's', source: 't' }, [{ name: 's', type: 'text', unique: true }]),
    ['$.entities[0].slug.source'],
  ],
  [
    'default of another type',
    field({ name: 'x', type: 'int', default: 'five' }),
    ['$.entities[0].fields[1].default'],
  ],
  [
    'default beyond 32 bits',
    field({ name: 'x', type: 'integer', default: 2 ** 31 }),
    ['$.entities[0].fields[1].default'],
  ],
  [
    'default outside the enum',
    field({ name: 'x', type: 'string', enum: ['a'], default: 'b' }),
    ['$.entities[0].fields[1].default'],
  ],
  [
    'no such day',
    field({ name: 'x', type: 'date', default: '2026-02-30' }),
    ['$.entities[0].fields[1].default'],
  ],
  ['empty enum', field({ name: 'x', type: 'string', enum: [] }), ['$.entities[0].fields[1].enum']],
  [
    'enum of empty and equal values',
    field({ name: 'x', type: 'string', enum: ['', 'a', 'a'] }),
    ['$.entities[0].fields[1].enum[0]', '$.entities[0].fields[1].enum[2]'],
  ],
  ['enum of numbers', field({ name: 'x', type: 'string', enum: [1] }), ['$.entities[0].fields[1].enum[0]']],
  [
    'precision 19',
    field({ name: 'x', type: 'decimal', precision: 19 }),
    ['$.entities[0].fields[1].precision'],
  ],
  ['auto on text', field({ name: 'x', type: 'string', auto: 'create' }), ['$.entities[0].fields[1].auto']],
  [
    'searchable number',
    field({ name: 'x', type: 'int', searchable: true }),
    ['$.entities[0].fields[1].searchable'],
  ],
  [
    'full_text_search beside searchable fields',
    {
      entities: [
        entity('a', [
          { name: 'x', type: 'string', searchable: true },
          { name: 'full_text_search', type: 'string' },
        ]),
      ],
    },
    ['$.entities[0].fields[2].name'],
  ],
  ['page size', { entities: [entity('a', [], { max_page_size: 1001 })] }, ['$.entities[0].max_page_size']],
];

describe('faults of fields', () => itRefuses(CASES));
