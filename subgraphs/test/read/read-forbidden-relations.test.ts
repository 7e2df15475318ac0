/** What a caller may not read is missing at its own place, and nowhere else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuid } from '../support/nodes-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

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

describe('entities that the gateway asks for', () => {
  const QUERY = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename ... on Author { name } ... on Note { text } } }`;
  const author = (n: number) => ({ __typename: 'Author', id: uuid(n) });
  const note = (n: number) => ({ __typename: 'Note', id: uuid(n) });
  const entities = (...representations: readonly object[]) =>
    app.ask(QUERY, { caller: READER, variables: { representations } });

  it('fail one by one where they are forbidden, so that each error has the place of its entity', async () => {
    const { data, errors, statements } = await entities(note(1), note(2));
    expect({ data, statements }).toEqual({ data: { _entities: [null, null] }, statements: 0 });
    expect(errors).toMatchObject([
      { code: 'FORBIDDEN', path: '_entities.0' },
      { code: 'FORBIDDEN', path: '_entities.1' },
    ]);
  });

  it('do not fail with those of another type', async () => {
    const { data, errors } = await entities(
      note(1),
      author(2),
      { __typename: 'Nothing', id: '1' },
      author(9),
    );
    expect(data).toEqual({ _entities: [null, { __typename: 'Author', name: 'a2' }, null, null] });
    expect(errors).toMatchObject([
      { code: 'FORBIDDEN', path: '_entities.0' },
      { code: 'BAD_USER_INPUT', path: '_entities.2' },
    ]);
  });

  it('are null where there is none, whatever is selected', async () => {
    for (const selection of ['__typename', '... on Author { id }', '... on Author { __typename version }']) {
      const { data, errors } = await app.ask(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`,
        {
          caller: READER,
          variables: { representations: [author(9), { __typename: 'Author', id: 'no key' }] },
        },
      );
      expect({ data, errors }).toEqual({ data: { _entities: [null, null] }, errors: [] });
    }
  });
});
