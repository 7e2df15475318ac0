import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStructure } from '../../../src/moves/structure/read-structure.ts';
import { readSequenceValues, setSequenceValues } from '../../../src/moves/structure/sequence-values.ts';
import { tablesWithoutKey, unloggedTables } from '../../../src/moves/structure/tables-without-key.ts';
import { createWriteApp, entity, type WriteApp } from '../../support/write-app.ts';
import { copyStructure, createPlace, differences, type TestPlace } from './structure-copy.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('thing', [
      { name: 'a_string', type: 'string', required: true, unique: true, default: `it's \\ "odd"` },
      { name: 'a_text', type: 'text', searchable: true },
      { name: 'an_int', type: 'int', default: -5, indexed: true },
      { name: 'a_bigint', type: 'bigint', default: '9007199254740993' },
      { name: 'a_float', type: 'float', default: 1.5 },
      { name: 'a_decimal', type: 'decimal', precision: 2, default: '12.30' },
      { name: 'a_boolean', type: 'boolean', default: true },
      { name: 'a_timestamp', type: 'timestamp', default: '2026-01-31T12:00:00+02:00' },
      { name: 'a_date', type: 'date', default: '2026-01-31' },
      { name: 'a_json', type: 'json', default: { a: ['\\'] }, indexed: true },
      { name: 'a_file', type: 'file' },
      { name: 'note_id', type: 'bigint' },
    ]),
    entity('note', [{ name: 'label', type: 'string', indexed: true }], {
      keyType: 'bigint',
      soft_delete: true,
    }),
    entity('code', [{ name: 'label', type: 'string' }], { keyType: 'string', generated: false }),
  ],
  relations: [
    { name: 'note_things', type: 'one_to_many', source: 'note', target: 'thing', target_key: 'note_id' },
    {
      name: 'note_codes',
      type: 'many_to_many',
      source: 'note',
      target: 'code',
      join_table: 'note_codes',
      source_join_key: 'note_id',
      target_join_key: 'code_id',
    },
  ],
};

let app: WriteApp;
let target: TestPlace;
beforeAll(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  await app.database.query({ text: `INSERT INTO notes (label) VALUES ('a'), ('b')`, values: [] });
  target = await createPlace();
  await copyStructure(app.database, target.database);
});
afterAll(async () => {
  await app.dispose();
  await target.dispose();
});

describe('the structure of an app', () => {
  it('is the same in its copy', async () => {
    expect(await differences(app.database, target.database)).toEqual([]);
    expect((await readStructure(target.database)).tables.length).toBeGreaterThan(10);
  });

  it('is that of an example too', async () => {
    const example = await createWriteApp();
    const copy = await createPlace();
    const file = new URL('../../../../examples/ecommerce.json', import.meta.url);
    await example.activate(JSON.parse(await readFile(file, 'utf8')));
    await copyStructure(example.database, copy.database);
    expect(await differences(example.database, copy.database)).toEqual([]);
    expect(tablesWithoutKey(await readStructure(copy.database))).toEqual([]);
    await example.dispose();
    await copy.dispose();
  });

  it('lets every table be replicated', async () => {
    const structure = await readStructure(app.database);
    expect(tablesWithoutKey(structure)).toEqual([]);
    expect(unloggedTables(structure)).toEqual([]);
  });

  it('has defaults and identities that go on where the sequences of the source stand', async () => {
    await target.database.query(setSequenceValues(await readSequenceValues(app.database)));
    await target.run(`INSERT INTO things (a_text) VALUES ('x')`, `INSERT INTO notes (label) VALUES ('c')`);
    expect(await target.rows('SELECT id FROM notes')).toEqual([['3']]);
    expect(
      await target.rows(
        'SELECT a_string, an_int, a_bigint, a_decimal, a_timestamp, a_json, _version FROM things',
      ),
    ).toEqual([
      [`it's \\ "odd"`, -5, '9007199254740993', '12.30', '2026-01-31T10:00:00.000Z', { a: ['\\'] }, 1],
    ]);
  });

  it('can be activated again without a change', async () => {
    expect((await app.activate(DOCUMENT, { revision: 2 })).changes).toEqual([]);
    expect(await differences(app.database, target.database)).toEqual([]);
  });
});

describe('reading', () => {
  it('leaves the search path of a transaction as it was', async () => {
    await app.database.transaction(async (tx) => {
      const path = { text: `SELECT current_setting('search_path')`, values: [] };
      const before = await tx.query(path);
      await readStructure(tx);
      expect(await tx.query(path)).toEqual(before);
    });
  });

  it('finds nothing in an empty database', async () => {
    const empty = await createPlace();
    expect(await readStructure(empty.database)).toEqual({
      extensions: [],
      definitions: [],
      sequences: [],
      tables: [],
    });
    expect(await readSequenceValues(empty.database)).toEqual([]);
    await empty.database.query(setSequenceValues([]));
    await empty.dispose();
  });
});
