/** What events tell of a record before a change is what a query answered before it. */
import { type ChangeEvent, type EntityModel, parseJson, publicPrevious, readStream } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { entity } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('thing', [
      { name: 'touched', type: 'int' },
      { name: 'a_string', type: 'string' },
      { name: 'a_text', type: 'text' },
      { name: 'an_int', type: 'int' },
      { name: 'a_bigint', type: 'bigint' },
      { name: 'a_float', type: 'float' },
      { name: 'a_decimal', type: 'decimal', precision: 2 },
      { name: 'a_numeric', type: 'decimal' },
      { name: 'a_boolean', type: 'boolean' },
      { name: 'a_uuid', type: 'uuid' },
      { name: 'a_timestamp', type: 'timestamp' },
      { name: 'a_date', type: 'date' },
      { name: 'a_json', type: 'json' },
      { name: 'a_file', type: 'file' },
      { name: 'size', type: 'string', enum: ['s', 'Extra_Large'] },
      { name: 'phase', type: 'string', enum: ['in progress', 'done'] },
      { name: 'created_at', type: 'timestamp', auto: 'create' },
      { name: 'updated_at', type: 'timestamp', auto: 'update' },
      { name: 'serial_id', type: 'int' },
      { name: 'large_id', type: 'bigint' },
      { name: 'code_id', type: 'string' },
    ]),
    entity('serial', [{ name: 'touched', type: 'int' }], { keyType: 'int' }),
    entity('large', [{ name: 'touched', type: 'int' }], { keyType: 'bigint', generated: false }),
    entity(
      'code',
      [
        { name: 'touched', type: 'int' },
        { name: 'version', type: 'string' },
      ],
      {
        ...{ keyType: 'string', generated: false, soft_delete: true },
      },
    ),
  ],
  relations: ['serial', 'large', 'code'].map((name) => ({
    ...{ name: `${name}_things`, type: 'one_to_many', source: name, target: 'thing' },
    ...{ target_key: `${name}_id`, check_reference: false },
  })),
};

let app: ReadApp;
let fileId: string;
const sql = (text: string, values: readonly unknown[] = []) => app.database.query({ text, values });

beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
  const [row] = await sql(
    `INSERT INTO _files (filename, mime_type, size) VALUES ('a "1".png', 'image/png', 2147483647) RETURNING id`,
  );
  fileId = String(row?.[0]);
});
afterAll(() => app?.dispose());

const entityOf = (name: string): EntityModel => {
  const found = app.model.entities.get(name);
  if (found === undefined) throw new Error(`There is no entity ${name}`);
  return found;
};
const typeOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** Data with the digits of all numbers. */
async function data(
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const result = (await app.answer(query, { variables })).result();
  if (result.errors !== undefined || result.data == null) throw new Error(JSON.stringify(result));
  return Object(result.data);
}

/** `input` is the JSON text of the fields. */
async function create(name: string, input: string): Promise<string> {
  const mutation = `mutation ($input: ${typeOf(name)}CreateInput!) {
    create${typeOf(name)}(input: $input) { ${name} { id } errors { message path } } }`;
  const payload = Object(
    (await data(mutation, Object(parseJson(`{"input": ${input}}`))))[`create${typeOf(name)}`],
  );
  expect(payload.errors).toEqual([]);
  return payload[name].id;
}

/** Every own field, in the order in which a public record has them. */
async function read(name: string, id: string): Promise<unknown> {
  const { fields, versionGraphqlName } = entityOf(name);
  const selected = fields.map(({ graphqlName, type }) =>
    type === 'file' ? `${graphqlName} { id filename size mimeType url }` : graphqlName,
  );
  const query = `query ($id: ID!) { ${name}(id: $id) { ${selected.join(' ')} ${versionGraphqlName} } }`;
  return (await data(query, { id }))[name];
}

async function lastEvent(): Promise<ChangeEvent> {
  const [row] = await sql('SELECT payload::text FROM _outbox ORDER BY id DESC LIMIT 1');
  const record = readStream(String(row?.[0]));
  if (record.kind !== 'change') throw new Error(JSON.stringify(record));
  return record.event;
}

/** Changes the record in a field that no case looks at, and compares as text, which shows each digit. */
async function expectAsRead(name: string, id: string): Promise<void> {
  const before = await read(name, id);
  await data(
    `mutation ($id: ID!) { update${typeOf(name)}(id: $id, patch: {touched: 7}) { errors { message } } }`,
    { id },
  );
  const event = await lastEvent();
  expect(event).toMatchObject({ op: 'update', entity: name, key: id });
  expect(JSON.stringify(publicPrevious(entityOf(name), event))).toBe(JSON.stringify(before));
}

describe('a record before a change', () => {
  it.each([
    ['no values', '{}'],
    [
      'edges',
      `{"aString": "", "aText": " it's \\"\\\\ 🚀\\n\\u2028 ", "anInt": -2147483648, "aBigint": "9223372036854775807",
        "aFloat": 0.1, "aDecimal": "1234567890123456.70", "aNumeric": "0.00000000000000000001", "aBoolean": false,
        "aUuid": "ABCDEF00-0000-4000-8000-000000000001", "aTimestamp": "2026-01-31T12:00:00.123456+02:00",
        "aDate": "0001-01-01", "aJson": {"big": 123456789012345678901234567890, "tiny": 1e-400, "n": null,
        "z": 1.50, "a": [[], {}, "x"]}, "size": "EXTRA_LARGE", "phase": "in progress", "serialId": "1",
        "largeId": "-9223372036854775808", "codeId": "1.0"}`,
    ],
    [
      'other edges',
      `{"aString": "null", "anInt": 0, "aBigint": -9007199254740993, "aFloat": 1.7976931348623157e308,
        "aDecimal": "-0.10", "aNumeric": "100", "aBoolean": true, "aTimestamp": "9999-12-31T23:59:59.999Z",
        "aDate": "9999-12-31", "aJson": 0, "size": "S"}`,
    ],
    ['small numbers', '{"aFloat": 5e-324, "aNumeric": "-12345678901234567890.123456789", "aJson": "text"}'],
    ['json false', '{"aJson": false, "aFloat": -1e21}'],
  ])('has the values that were read: %s', async (_, input) => {
    await expectAsRead('thing', await create('thing', input));
  });

  it('has its file with the address that reads give', async () => {
    const id = await create('thing', JSON.stringify({ aFile: fileId }));
    await expectAsRead('thing', id);
    const file = publicPrevious(entityOf('thing'), await lastEvent())?.['aFile'];
    expect(file).toMatchObject({ id: fileId, url: `/apps/test_app/files/${fileId}`, size: 2147483647 });
  });

  it.each([
    ["a_timestamp = '2026-01-31 12:00:00.999999+00', a_numeric = 1.5000"],
    ["a_timestamp = '2026-06-30 23:59:59.0009-07', a_numeric = 0.000"],
    ["a_timestamp = 'infinity', a_float = 'NaN'"],
    ["a_timestamp = '-infinity', a_float = '-Infinity'"],
    [`a_json = 'null', a_file = '{"id": "x", "more": 1}'`],
    [`a_json = '[1.000, 1e3]', a_file = '[]'`],
  ])('has values that no caller could have written as they were read: %s', async (assignments) => {
    const id = await create('thing', '{}');
    await sql(`UPDATE things SET ${assignments} WHERE id = $1::uuid`, [id]);
    await expectAsRead('thing', id);
  });

  it.each([
    ['serial', '{}'],
    ['large', '{"id": "9223372036854775807"}'],
    ['code', '{"id": "a b/ü", "version": "2"}'],
  ])('has its key as an ID, and its version: %s', async (name, input) => {
    const id = await create(name, input);
    await expectAsRead(name, id);
    await expectAsRead(name, await createdAgain(name, id));
  });

  it.each(['serial', 'code'])('is told of one that was deleted: %s', async (name) => {
    const id = await create(name, name === 'code' ? '{"id": "gone"}' : '{}');
    const before = await read(name, id);
    await data(`mutation { delete${typeOf(name)}(id: ${JSON.stringify(id)}) { errors { message } } }`);
    const event = await lastEvent();
    expect(event.op).toBe('delete');
    expect(JSON.stringify(publicPrevious(entityOf(name), event))).toBe(JSON.stringify(before));
  });

  it('is null where there was none', async () => {
    await create('thing', '{}');
    expect(publicPrevious(entityOf('thing'), await lastEvent())).toBe(null);
  });
});

/** The record at its second version, in which the field that is changed has a value to change again. */
async function createdAgain(name: string, id: string): Promise<string> {
  await data(
    `mutation ($id: ID!) { update${typeOf(name)}(id: $id, patch: {touched: 6}) { errors { message } } }`,
    { id },
  );
  return id;
}
