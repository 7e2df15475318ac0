/** An app whose values are hard to spell, beside an app that it refers to. */
import { createReadApp, type ReadApp } from './read-app.ts';
import { entity } from './write-app.ts';

export const thingId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const customerId = (n: number): string => `20000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** A key that has to be escaped wherever it is written. */
export const ODD_KEY = 'a"b\\c\'d/é';

const TEXTS = [
  '',
  '"',
  '\\',
  '\\"',
  "'",
  '\u0001\u001f\b\f\n\r\t',
  '\u007f\u2028\u2029',
  '😀é\uFFFD',
  '</script>',
  '$1 %s {0}',
];

const CRM = {
  version: 1,
  exports: ['customer'],
  entities: [entity('customer', [{ name: 'name', type: 'string' }])],
  sample_data: {},
};

const DOCUMENT = {
  version: 1,
  entities: [
    entity(
      'thing',
      [
        { name: 'text', type: 'string' },
        { name: 'whole', type: 'int' },
        { name: 'large', type: 'bigint' },
        { name: 'exact', type: 'decimal' },
        { name: 'cents', type: 'decimal', precision: 2 },
        { name: 'real', type: 'float' },
        { name: 'plain', type: 'float' },
        { name: 'yes', type: 'boolean' },
        { name: 'token', type: 'uuid' },
        { name: 'day', type: 'date' },
        { name: 'at', type: 'timestamp' },
        { name: 'extra', type: 'json' },
        { name: 'scan', type: 'file' },
        { name: 'status', type: 'string', enum: ['in_progress', 'ß', 'done'] },
        { name: 'stage', type: 'string', enum: ['draft', 'Live'] },
        { name: 'phase', type: 'string', enum: ['in progress', '"q"', "o'k"] },
        { name: 'coin_id', type: 'string' },
        { name: 'customer_id', type: 'uuid' },
        { name: 'parent_id', type: 'uuid' },
      ],
      { soft_delete: true },
    ),
    entity('coin', [{ name: 'worth', type: 'int', required: true }], { keyType: 'string', generated: false }),
    entity(
      'empty',
      [
        { name: 'word', type: 'string' },
        { name: 'number', type: 'int' },
      ],
      { keyType: 'int' },
    ),
  ],
  relations: [
    { name: 'coin_things', type: 'one_to_many', source: 'coin', target: 'thing', target_key: 'coin_id' },
    { name: 'thing_parts', type: 'one_to_many', source: 'thing', target: 'thing', target_key: 'parent_id' },
    {
      name: 'customer_things',
      type: 'one_to_many',
      source: 'crm.customer',
      target: 'thing',
      target_key: 'customer_id',
    },
    {
      name: 'thing_coins',
      type: 'many_to_many',
      source: 'thing',
      target: 'coin',
      join_table: 'thing_coins',
      source_join_key: 'thing_id',
      target_join_key: 'coin_id',
      graphql: { field: 'coins', inverse_field: 'holders' },
    },
  ],
  sample_data: {
    coin: [
      { id: ODD_KEY, worth: -2_147_483_648 },
      { id: '', worth: 2_147_483_647 },
    ],
    thing: [
      ...TEXTS.map((text, n) => ({
        id: thingId(n + 1),
        text,
        whole: [0, -2_147_483_648, 2_147_483_647][n % 3],
        large: ['0', '-9223372036854775808', '9223372036854775807'][n % 3],
        exact: ['0', '-0.10', '123456789012345678901234567890.123456789', '1.0'][n % 4],
        cents: ['0.00', '-0.01', '9999999999999999.99'][n % 3],
        real: [0, 1e300, 5e-324, 1e-7, 1e15, -0.1][n % 6],
        plain: [0, 1.5, -0.1, 1234.5678][n % 4],
        yes: n % 2 === 0,
        token: thingId(n),
        day: ['0001-01-01', '9999-12-31', '2026-02-28'][n % 3],
        at: ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-03-29T01:30:00.5+02:00'][n % 3],
        extra: [null, 'text', 1.5, [], {}, [1, null, { a: text }], { b: { c: [true] }, '': '' }][n % 7],
        scan:
          n % 2 === 0
            ? null
            : { id: thingId(70 + n), filename: text, size: n, mime_type: 'text/plain; q="1"' },
        status: ['in_progress', 'ß', 'done', null][n % 4],
        stage: ['draft', 'Live'][n % 2],
        phase: ['in progress', '"q"', "o'k"][n % 3],
        coin_id: [ODD_KEY, '', null, 'none'][n % 4],
        customer_id: [customerId(1), null, customerId(2)][n % 3],
        parent_id: n === 0 ? null : thingId((n % 3) + 1),
      })),
      { id: thingId(50), text: 'deleted', deleted_at: '2026-01-01T00:00:00Z' },
      { id: thingId(51) },
    ],
    thing_coins: TEXTS.map((_, n) => ({ thing_id: thingId(n + 1), coin_id: n % 2 === 0 ? ODD_KEY : '' })),
  },
};

export function createSpellingApp(): Promise<ReadApp> {
  return createReadApp(DOCUMENT, { app: 'shop', others: [{ app: 'crm', document: CRM }] });
}
