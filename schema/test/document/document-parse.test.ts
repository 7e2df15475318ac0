import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentSummary } from '../../src/document/document-summary.ts';
import { parseDocument } from '../../src/document/parse-document.ts';
import { parseDocumentText } from '../../src/document/parse-text.ts';
import { APP, entity, ID, KEY, manyToMany, oneToMany, parsed } from '../support/document-fixture.ts';

const EXAMPLES = new URL('../../../../shared/rocket-examples/', import.meta.url);
/** Its approvals are for a role that may read nothing. */
const ROLE = '$.workflows[0].steps[0].assignee.role';
const DOCUMENTS = [
  ['content-management.json', []],
  ['helpdesk-ticketing.json', [ROLE]],
] as const;

// The documents are not part of the repository; where they are not beside it there is nothing to read.
describe.skipIf(!existsSync(EXAMPLES))('documents in use', () => {
  it.each(DOCUMENTS)('%s is accepted, with no word but of what cannot work', (name, warnings) => {
    const result = parseDocumentText(readFileSync(new URL(name, EXAMPLES), 'utf8'), APP);
    expect(result.ok && result.warnings.map(({ path }) => path)).toEqual(warnings);
    expect(result.ok && documentSummary(result.document).records).toBeGreaterThan(20);
  });
});

describe('parseDocumentText', () => {
  it.each([
    ['{"version":1,\n "entities": [tru]}', 'The document is not valid JSON at line 2, column 18'],
    ['{"version":1,\n "entities": [', 'The document ends in the middle, at line 2, column 15'],
    ['{"version":1}}', 'The document is not valid JSON at line 1, column 14'],
    ['', 'The document ends in the middle, at line 1, column 1'],
  ])('%j: %s', (text, message) => {
    expect(parseDocumentText(text, APP)).toMatchObject({ ok: false, faults: [{ path: '$', message }] });
  });

  it('reads a text with a byte order mark', () => {
    expect(parseDocumentText('\uFEFF{"version":1}', APP).ok).toBe(true);
  });
});

describe('parseDocument', () => {
  it.each([[null], [[]], ['text'], [5]])('refuses %j, which is no document', (input) => {
    expect(parseDocument(input, APP)).toMatchObject({ ok: false, faults: [{ path: '$' }] });
  });

  it('takes absent lists as empty and null as absent, but a null default as a value', () => {
    const document = parsed({
      rules: null,
      entities: [entity('a', [{ name: 'x', type: 'string', default: null, enum: null }], { slug: null })],
    });
    expect(document.rules).toEqual([]);
    expect(document.entities[0]).not.toHaveProperty('slug');
    expect(document.entities[0]?.fields[1]).toEqual({ name: 'x', type: 'string', default: null });
  });

  it('keeps properties that it does not know, with a warning that names what may have been meant', () => {
    const fields = [{ name: 'x', type: 'string', searchabel: true, widget: 'color' }];
    const result = parseDocument(
      {
        version: 1,
        entities: [entity('a', fields, { icon: 'star' })],
        relations: [oneToMany('as', ['a', 'a', 'id'], { on_delte: 'cascade' })],
        rules: [
          {
            entity: 'a',
            type: 'expression',
            active: false,
            definition: { expression: 'true', mesage: 'no' },
          },
        ],
      },
      APP,
    );
    expect(result).toMatchObject({ document: { entities: [{ icon: 'star', fields: [ID, fields[0]] }] } });
    expect(result.ok && result.warnings.map(({ path, hint }) => [path, hint])).toEqual([
      ['$.entities[0].fields[1].searchabel', 'Did you mean "searchable"?'],
      ['$.entities[0].fields[1].widget', undefined],
      ['$.entities[0].icon', undefined],
      ['$.relations[0].on_delte', 'Did you mean "on_delete"?'],
      ['$.rules[0].definition.mesage', 'Did you mean "message"?'],
    ]);
  });

  it("takes what a program's export adds to each item, without a word", () => {
    const added = { id: '1', created_at: '2026-01-01T00:00:00Z', updated_at: null };
    const result = parseDocument(
      {
        version: 1,
        exported_at: '2026-01-01T00:00:00Z',
        entities: [entity('a', [], added)],
        permissions: [{ ...added, entity: 'a', action: 'read', roles: ['x'], conditions: [] }],
        ui_configs: [{ ...added, entity: 'a', config: { anything: 1 } }],
      },
      APP,
    );
    expect(result).toMatchObject({ ok: true, warnings: [] });
  });

  it('accepts names that are words of SQL', () => {
    const words = ['type', 'user', 'group', 'select', 'file', 'order', 'version'];
    const fields = words.map((name) => ({ name, type: 'string' }));
    expect(
      parsed({ entities: [entity('order', fields, { table: 'order' }), entity('user')] }).entities,
    ).toHaveLength(2);
  });

  it('coerces sample rows and leaves out what cannot be inserted, with a warning once per column', () => {
    const fields = [
      { name: 'price', type: 'decimal', precision: 2 },
      { name: 'count', type: 'bigint' },
      { name: 'at', type: 'timestamp' },
    ];
    const row = { price: 1.5, count: 7, at: '2026-01-01T02:00:00+02:00', unknown: 1 };
    const result = parseDocument(
      {
        version: 1,
        entities: [entity('product', fields)],
        sample_data: { product: [row, row], _users: [{}], product_rows: [] },
      },
      APP,
    );
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    const expected = { price: '1.5', count: '7', at: '2026-01-01T00:00:00.000Z' };
    expect(result.document.sample_data).toEqual({ product: [expected, expected] });
    expect(result.warnings.map(({ path, hint }) => [path, hint])).toEqual([
      ['$.sample_data.product[0].unknown', undefined],
      ['$.sample_data._users', undefined],
      ['$.sample_data.product_rows', 'Rows are listed by entity: "product"'],
    ]);
  });

  it('types the columns of a join table by the keys they point at', () => {
    const entities = [entity('a'), entity('b')];
    const relations = [manyToMany('a_b', ['a', 'b'])];
    const id = '10000000-0000-0000-0000-00000000000A';
    const rows = (row: Record<string, string>) =>
      parseDocument({ version: 1, entities, relations, sample_data: { a_b: [row] } }, APP);
    expect(rows({ left_id: id, right_id: id })).toMatchObject({
      document: { sample_data: { a_b: [{ left_id: id.toLowerCase(), right_id: id.toLowerCase() }] } },
    });
    expect(rows({ left_id: 'x' })).toMatchObject({
      faults: [{ path: '$.sample_data.a_b[0]' }, { path: '$.sample_data.a_b[0].left_id' }],
    });
  });

  it('warns of what a document in use may hold although it does nothing', () => {
    const result = parseDocument(
      {
        version: 1,
        entities: [entity('a', [KEY('b_id'), { name: 'x', type: 'int', precision: 2 }])],
        relations: [oneToMany('b_as', ['crm.b', 'a', 'b_id'], { on_delete: 'cascade' })],
        rules: [1, 2].map(() => ({
          entity: 'a',
          type: 'field',
          definition: { field: 'x', operator: 'gte', value: 1 },
        })),
        workflows: [
          {
            name: 'w',
            trigger: { type: 'state_change', entity: 'a', field: 'x', to: '1' },
            context: { kind: 'purchase_order' },
            steps: [{ id: 's', type: 'action', actions: [], signed: true }],
          },
        ],
        webhooks: [{ entity: 'a', hook: 'after_write', url: 'https://a.test/', async: false }],
        ui_configs: [{ entity: 'gone', config: {} }],
      },
      APP,
    );
    expect(result.ok && result.warnings.map((warning) => warning.path)).toEqual([
      '$.entities[0].fields[2].precision',
      '$.relations[0].on_delete',
      '$.rules[1]',
      '$.workflows[0].context.kind',
      '$.workflows[0].steps[0].actions',
      '$.workflows[0].steps[0].signed',
      '$.webhooks[0].async',
      '$.ui_configs[0].entity',
    ]);
  });

  it('warns where a reference cannot be checked, or has no key to check', () => {
    const key = { name: 'c_id', type: 'uuid' };
    const relation = { type: 'one_to_many', target: 'a', target_key: 'c_id' };
    const link = { join_table: 'aa', source_join_key: 'l_id', target_join_key: 'r_id' };
    const result = parseDocument(
      {
        version: 1,
        entities: [entity('a', [key])],
        relations: [
          { ...relation, name: 'own', source: 'a', check_reference: true },
          { ...relation, name: 'far', source: 'crm.c', check_reference: true },
          { ...relation, name: 'waived', source: 'crm.c', check_reference: false },
          { ...link, name: 'x', type: 'many_to_many', source: 'a', target: 'a', check_reference: false },
        ],
      },
      APP,
    );
    expect(result.ok && result.warnings.map(({ path }) => path)).toEqual([
      '$.relations[1].check_reference',
      '$.relations[3].check_reference',
    ]);
  });

  it('accepts every kind of key', () => {
    const keys = ['uuid', 'int', 'integer', 'bigint'].map((type, index) => ({
      name: `e${index}`,
      table: `t${index}`,
      primary_key: { field: 'id', type, generated: true },
      fields: [{ ...ID, type }],
    }));
    expect(parsed({ entities: keys }).entities).toHaveLength(4);
  });
});
