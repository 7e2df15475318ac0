/** Full-text search, which the in-memory evaluator has no part in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from './support/read-app.ts';
import { callerWith, entity } from './support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity(
      'article',
      [
        { name: 'title', type: 'string', searchable: true },
        { name: 'body', type: 'text', searchable: true },
        { name: 'note', type: 'string' },
        { name: 'topic_id', type: 'int' },
      ],
      { keyType: 'int', generated: false },
    ),
    entity(
      'topic',
      [
        { name: 'search', type: 'string', searchable: true },
        { name: 'open', type: 'boolean' },
      ],
      { keyType: 'int', generated: false },
    ),
  ],
  relations: [
    {
      name: 'topic_articles',
      type: 'one_to_many',
      source: 'topic',
      target: 'article',
      target_key: 'topic_id',
    },
  ],
  permissions: [
    { entity: 'article', action: 'read', roles: ['reader'] },
    {
      entity: 'topic',
      action: 'read',
      roles: ['reader'],
      conditions: [{ field: 'open', operator: 'eq', value: true }],
    },
  ],
  sample_data: {
    topic: [
      { id: 1, search: 'Wild animals', open: true },
      { id: 2, search: 'Tame animals', open: false },
    ],
    article: [
      { id: 1, title: 'The Red Fox', body: 'It jumps over a lazy dog.', topic_id: 1 },
      { id: 2, title: 'Dogs', body: null, note: 'fox', topic_id: 2 },
      { id: 3, title: null, body: 'A fox that is not red; café', topic_id: 2 },
      { id: 4, title: null, body: null },
    ],
  },
};

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app?.dispose());

describe('search', () => {
  it.each([
    ['fox', ['1', '3']],
    ['FOX red', ['1', '3']],
    ['"red fox"', ['1']],
    ['fox -lazy', ['3']],
    ['dogs or café', ['2', '3']],
    ['dog', ['1']],
    ['fo', []],
    [`'); DROP TABLE "articles"; --`, []],
    ['& | ! ( :*', []],
  ])('for %j finds %j', async (words, ids) => {
    const { data, errors, statements } = await app.ask(
      'query ($words: String!) { articles(where: { search: $words }) { id } articlesAggregate(where: { search: $words }) { count } }',
      { variables: { words } },
    );
    expect({ errors, statements }).toEqual({ errors: [], statements: 1 });
    expect(data).toEqual({ articles: ids.map((id) => ({ id })), articlesAggregate: { count: ids.length } });
  });

  it.each(['', '  ', 'x'.repeat(1_001)])('for %j is refused', async (words) => {
    const { errors } = await app.ask(
      'query ($words: String!) { articles(where: { search: $words }) { id } }',
      {
        variables: { words },
      },
    );
    expect(errors).toMatchObject([
      { code: 'BAD_USER_INPUT', message: expect.stringContaining('where.search') },
    ]);
  });

  it('goes through relations, and has another name beside a field called so', async () => {
    const query =
      '{ articles(where: { topic: { fullTextSearch: "animals" } }) { id } topics(where: { articles: { some: { search: "fox" } } }) { search } }';
    const { data } = await app.ask(query);
    expect(data).toEqual({
      articles: [{ id: '1' }, { id: '2' }, { id: '3' }],
      topics: [{ search: 'Wild animals' }, { search: 'Tame animals' }],
    });
    const seen = await app.ask(query, { caller: callerWith(['reader']) });
    expect(seen.data).toEqual({ articles: [{ id: '1' }], topics: [{ search: 'Wild animals' }] });
  });
});
