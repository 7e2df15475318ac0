/** Reads that a careful client never sends, over documents that a careful author would not write. */
import { createDatabase } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDocuments } from '../../src/operation/prepared-operation.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, entity, LOGGER } from '../support/write-app.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const DOCUMENT = {
  version: 1,
  entities: [
    entity('node', [
      { name: 'edges', type: 'string' },
      { name: 'errors', type: 'json' },
      { name: 'links', type: 'text' },
      { name: 'key', type: 'int' },
      { name: 'ordinal', type: 'int' },
      { name: 'day', type: 'date' },
      { name: 'at', type: 'timestamp' },
      { name: 'version', type: 'int' },
      { name: 'node_id', type: 'uuid' },
      { name: 'other_id', type: 'uuid' },
    ]),
  ],
  relations: [
    { name: 'node_parts', type: 'one_to_many', source: 'node', target: 'node', target_key: 'node_id' },
    { name: 'others', type: 'one_to_many', source: 'node', target: 'node', target_key: 'other_id' },
    {
      name: 'friends',
      type: 'many_to_many',
      source: 'node',
      target: 'node',
      join_table: 'friends',
      source_join_key: 'left_id',
      target_join_key: 'right_id',
    },
  ],
  permissions: [{ entity: 'node', action: 'read', roles: ['reader'] }],
  sample_data: {
    node: [
      { id: uuid(1), edges: 'e', errors: [1], links: 'l', key: 3, ordinal: 4, version: 7 },
      { id: uuid(2), node_id: uuid(1), other_id: uuid(1), links: 'x'.repeat(9_000) },
      { id: uuid(3), node_id: uuid(1), links: 'y'.repeat(9_000) },
    ],
    friends: [{ left_id: uuid(1), right_id: uuid(2) }],
  },
};

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app?.dispose());

describe('fields and relations named like the engine itself', () => {
  it('are read like any other', async () => {
    const { data, errors } = await app.ask(`{ node(id: "${uuid(1)}") {
      edges errors links key ordinal version recordVersion
      parts(orderBy: [{id: ASC}]) { id node { id } } partsConnection { totalCount edges { node { links: id key: edges } } }
      others: nodesByOtherId { id } ...Friends } }
      fragment Friends on Node { nodes { id } nodesByRightId { id } }`);
    expect(errors).toEqual([]);
    expect(data?.['node']).toMatchObject({
      edges: 'e',
      errors: [1],
      links: 'l',
      key: 3,
      ordinal: 4,
      version: 7,
      recordVersion: 1,
      parts: [
        { id: uuid(2), node: { id: uuid(1) } },
        { id: uuid(3), node: { id: uuid(1) } },
      ],
      partsConnection: { totalCount: 2 },
      others: [{ id: uuid(2) }],
    });
  });
});

describe('values that Postgres cannot read', () => {
  it.each([
    'day: {eq: "0000-01-01"}',
    'at: {gt: "0000-01-01T00:00:00Z"}',
    'at: {gt: "0000-12-31T23:59:59+00:00"}',
    'at: {lt: "9999-12-31T23:59:59-12:00"}',
    'at: {eq: "0001-01-01T00:00:00+10:00"}',
  ])("%s is refused as the caller's mistake", async (where) => {
    const { errors } = await app.ask(`{ nodes(where: {${where}}) { id } }`);
    expect(errors).toMatchObject([
      { code: 'BAD_USER_INPUT', path: 'nodes', message: expect.stringMatching(/^where\..* must be/) },
    ]);
  });

  it('in a forged cursor are a bad cursor', async () => {
    const cursor = Buffer.from(JSON.stringify(['node:at+id+', '2026-01-01 00:00 Foo/Bar', uuid(1)])).toString(
      'base64url',
    );
    const { errors } = await app.ask(
      `{ nodesConnection(orderBy: [{at: ASC}], after: "${cursor}") { nodes { id } } }`,
    );
    expect(errors.map(({ code }) => code)).toEqual(['BAD_CURSOR']);
  });
});

describe('cursors', () => {
  it('work in an order by long texts', async () => {
    const query = `query ($after: String) {
      nodesConnection(orderBy: [{links: DESC}], first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }`;
    const first = await app.ask(query);
    expect(first.data).toMatchObject({ nodesConnection: { nodes: [{ id: uuid(3) }] } });
    const after = JSON.parse(JSON.stringify(first.data)).nodesConnection.pageInfo.endCursor;
    const second = await app.ask(query, { variables: { after } });
    expect(second.errors).toEqual([]);
    expect(second.data).toMatchObject({ nodesConnection: { nodes: [{ id: uuid(2) }] } });
  });
});

describe('arguments', () => {
  it("that are null where none may be are the caller's mistake", async () => {
    const { errors } = await app.ask('query ($id: ID = "x") { node(id: $id) { id } }', {
      variables: { id: null },
    });
    expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a query that multiplies', () => {
  it('ends with an error before the answer fills the memory', async () => {
    const many = 400;
    const rows = Array.from({ length: many }, (_, index) => ({ id: uuid(index + 1), node_id: uuid(1) }));
    const links = rows.map(({ id }) => ({ left_id: id, right_id: uuid(1) }));
    const wide = await createReadApp({
      ...DOCUMENT,
      entities: [{ ...DOCUMENT.entities[0], max_page_size: 1_000 }],
      sample_data: { node: rows, friends: links },
    });
    try {
      // 400 nodes with the same parent, that has 400 parts, each of which has the same parent again.
      const { data, errors } = await wide.ask('{ nodes { nodes { parts { id nodes { parts { id } } } } } }');
      expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
      expect(errors[0]?.message).toMatch(/records/);
      expect(data).toEqual({ nodes: null });
      const { errors: none } = await wide.ask('{ nodes(limit: 50) { nodes { parts { id } } } }');
      expect(none).toEqual([]);
    } finally {
      await wide.dispose();
    }
  });
});

describe('a lost database', () => {
  it('is said to be unavailable, without its address', async () => {
    const gone = createDatabase({ url: 'postgres://nobody:secret@127.0.0.1:1/none', logger: LOGGER });
    const { errors } = await app.ask('{ nodes { id } }', { database: gone });
    await gone.close();
    expect(errors.map(({ code }) => code)).toEqual(['SHARD_UNAVAILABLE']);
    expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|ECONN|secret/);
  });
});

describe('permissions', () => {
  it('hold for counts, connections, relations and references', async () => {
    const stranger = callerWith(['stranger']);
    const queries = [
      '{ nodesConnection { totalCount } }',
      `{ nodeBy(key: {id: "${uuid(1)}"}) { id } }`,
      `{ _entities(representations: [{__typename: "Node", id: "${uuid(1)}"}]) { ... on Node { edges } } }`,
    ];
    for (const query of queries) {
      const { errors, statements } = await app.ask(query, { caller: stranger });
      expect([query, errors.map(({ code }) => code), statements]).toEqual([query, ['FORBIDDEN'], 0]);
    }
  });
});

describe('parsed operations', () => {
  it('are kept within a bound of their size, not only of their number', () => {
    const documents = createDocuments();
    const text = (n: number) => `{ nodes { id } } #${n}${' '.repeat(400_000)}`;
    const first = documents.prepare(app.schema, { query: text(0) });
    expect(documents.prepare(app.schema, { query: text(0) })).toBe(first);
    for (let n = 1; n < 100; n += 1) documents.prepare(app.schema, { query: text(n) });
    expect(documents.prepare(app.schema, { query: text(0) })).not.toBe(first);
  });
});

describe('a text that Postgres cannot hold', () => {
  const own = [{ field: 'text', operator: 'eq', value: { user: 'id' } }];
  const fields = [{ name: 'text', type: 'string' }];
  const WORDS = {
    version: 1,
    entities: [
      entity('word', fields, { keyType: 'string', generated: false }),
      entity('page', fields, { keyType: 'string', generated: false }),
    ],
    permissions: [
      { entity: 'word', action: 'read', roles: ['reader'], conditions: own },
      { entity: 'page', action: 'read', roles: ['reader'] },
    ],
    sample_data: { page: [{ id: 'a', text: 'A' }] },
  };
  let words: ReadApp;
  beforeAll(async () => {
    words = await createReadApp(WORDS);
  });
  afterAll(() => words?.dispose());

  it.each(['a\0', 'a\ud800'])('is refused at the field that needs it, and nowhere else: %j', async (text) => {
    const { data, errors } = await words.ask('{ pages { id } words { id } }', {
      caller: callerWith(['reader'], text),
    });
    expect(errors.map(({ code, path }) => `${code} ${path}`)).toEqual(['BAD_USER_INPUT words']);
    expect(data).toEqual({ pages: [{ id: 'a' }], words: null });
  });

  it.each(['a\0', 'a\ud800'])('is the key of nothing: %j', async (id) => {
    const { data, errors } = await words.ask('query ($id: ID!) { page(id: $id) { id } }', {
      variables: { id },
    });
    expect([data, errors]).toEqual([{ page: null }, []]);
  });
});
