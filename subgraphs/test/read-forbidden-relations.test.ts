/** What a caller may not read is missing at its own place, and nowhere else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuid } from './support/nodes-document.ts';
import { createReadApp, type ReadApp } from './support/read-app.ts';
import { callerWith, entity } from './support/write-app.ts';

const READER = callerWith(['reader']);
const DOCUMENT = {
  version: 1,
  entities: [
    entity('author', [{ name: 'name', type: 'string' }]),
    entity('note', [
      { name: 'text', type: 'string' },
      { name: 'author_id', type: 'uuid' },
    ]),
    entity('label', [{ name: 'word', type: 'string' }]),
  ],
  relations: [
    { name: 'author_notes', type: 'one_to_many', source: 'author', target: 'note', target_key: 'author_id' },
    {
      name: 'author_labels',
      type: 'many_to_many',
      source: 'author',
      target: 'label',
      join_table: 'author_labels',
      source_join_key: 'author_id',
      target_join_key: 'label_id',
    },
  ],
  permissions: [{ entity: 'author', action: 'read', roles: ['reader'] }],
  sample_data: {
    author: [1, 2].map((n) => ({ id: uuid(n), name: `a${n}` })),
    note: [{ id: uuid(1), text: 'hidden', author_id: uuid(1) }],
  },
};

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app?.dispose());

const FIELDS = {
  notes: 'notes { text }',
  notesConnection: 'notesConnection { totalCount nodes { text } }',
  notesAggregate: 'notesAggregate { count }',
  labels: 'labels { word }',
  labelsConnection: 'labelsConnection { edges { node { word } } }',
  labelsAggregate: 'labelsAggregate { count }',
};

describe('a forbidden relation', () => {
  it.each(Object.entries(FIELDS))('nulls its own field alone, in every record: %s', async (name, field) => {
    const { data, errors } = await app.ask(`{ authors { name ${field} } }`, { caller: READER });
    expect(data).toEqual({
      authors: [
        { name: 'a1', [name]: null },
        { name: 'a2', [name]: null },
      ],
    });
    expect(errors).toMatchObject([
      { code: 'FORBIDDEN', path: `authors.0.${name}` },
      { code: 'FORBIDDEN', path: `authors.1.${name}` },
    ]);
  });

  it('leaves pages and single records around it whole', async () => {
    const { data } = await app.ask(
      `{ page: authorsConnection { nodes { name notes { text } } } one: author(id: "${uuid(1)}") { name notes { text } } }`,
      { caller: READER },
    );
    expect(data).toEqual({
      page: {
        nodes: [
          { name: 'a1', notes: null },
          { name: 'a2', notes: null },
        ],
      },
      one: { name: 'a1', notes: null },
    });
  });

  it('leaves what is around bad arguments whole, too', async () => {
    const { data, errors } = await app.ask('{ authors(limit: 1) { name notes(limit: -1) { text } } }');
    expect(data).toEqual({ authors: [{ name: 'a1', notes: null }] });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'authors.0.notes' }]);
  });
});
