/** Full-text search, which the in-memory evaluator has no part in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

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
      {
        id: 5,
        title: 'Robot RK-2041',
        body: 'written in node.js, see https://a.example/docs?page=7#top',
      },
      {
        id: 6,
        title: 'a client/server thing',
        body: 'mail <b>kim</b>@fjord.example about foo_bar 1.5',
      },
      { id: 7, title: '2041 robots', body: 'node' },
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
    ['2041', ['5', '7']],
    ['RK-2041', ['5']],
    ['rk 2041', ['5']],
    ['2041-RK', []],
    ['2041 -RK-2041', ['7']],
    ['node', ['5', '7']],
    ['node.js', ['5']],
    ['"in node.js see"', ['5']],
    ['server', ['6']],
    ['client/server', ['6']],
    ['kim', ['6']],
    ['fjord.example', ['6']],
    ['foo_bar', ['6']],
    ['bar', ['6']],
    ['1.5', ['6']],
    ['docs', ['5']],
    ['https://a.example/docs?page=7', ['5']],
    ['-'.repeat(40), []],
    ['--fox red', []],
    [`${'-'.repeat(40)}fox red`, []],
    ['fox or - or lazy', ['1', '3']],
    ['"', []],
    ['-"" fox', ['1', '3']],
    ['–', []],
    [Array.from({ length: 300 }, () => 'a').join('-'), []],
    [`fox ${'or x '.repeat(190)}`, ['1', '3']],
    [`fox ${'-y '.repeat(300)}`, ['1', '3']],
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
