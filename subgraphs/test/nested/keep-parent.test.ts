/** A child stays the child of the record that it is written with, whatever its rules and transitions set. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createNestedApp,
  faults,
  key,
  keyOf,
  type NestedApp,
  relation,
  text,
} from '../support/nested-app.ts';
import { entity } from '../support/write-app.ts';

const ELSEWHERE = 'a0000000-0000-4000-8000-000000000001';
const DOCUMENT = {
  version: 1,
  entities: [entity('folder', [text('name')]), entity('note', [text('kind'), key('folder')])],
  relations: [relation('folder', 'note', { name: 'folder_notes', check_reference: false })],
  rules: [
    {
      entity: 'note',
      type: 'computed',
      definition: {
        field: 'folder_id',
        expression: `record.kind == 'stray' ? '${ELSEWHERE}' : record.folder_id`,
      },
    },
  ],
};

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(DOCUMENT);
});
afterAll(() => app.app.dispose());

it('a rule that gives a new child another parent refuses the write, at the place of the key', async () => {
  const refused = await app.create('folder', {
    name: 'a',
    notes: { data: [{ kind: 'good' }, { kind: 'stray' }] },
  });
  expect(faults(refused)).toEqual(['CONFLICT input.notes.data.1.folderId contradiction']);
  expect(await app.rows('SELECT 1 FROM folders')).toEqual([]);
});

it('and so does one that does it to a child that is changed', async () => {
  const id = keyOf(await app.create('folder', { name: 'a', notes: { data: [{ kind: 'good' }] } }));
  const [[note] = []] = await app.rows('SELECT id FROM notes');
  const refused = await app.update('folder', id, { notes: { data: [{ id: note, kind: 'stray' }] } });
  expect(faults(refused)).toEqual(['CONFLICT patch.notes.data.0.folderId contradiction']);
  expect(await app.rows('SELECT kind, folder_id FROM notes')).toEqual([['good', id]]);
});

it('alone the record goes where its rule says', async () => {
  keyOf(await app.create('note', { kind: 'stray' }));
  expect(await app.rows(`SELECT folder_id FROM notes WHERE kind = 'stray'`)).toEqual([[ELSEWHERE]]);
});
