import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

const uuid = (kind: number, n: number) => `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const DOCUMENT = {
  version: 1,
  exports: ['post'],
  entities: [
    entity('author', [
      { name: 'name', type: 'string', required: true },
      { name: 'email', type: 'string', unique: true },
      { name: 'mentor_id', type: 'uuid' },
    ]),
    entity('profile', [
      { name: 'author_id', type: 'uuid' },
      { name: 'bio', type: 'text' },
    ]),
    entity(
      'post',
      [
        { name: 'title', type: 'string', required: true },
        { name: 'status', type: 'string', enum: ['draft', 'live'], default: 'draft' },
        { name: 'author_id', type: 'uuid' },
        { name: 'views', type: 'int' },
        { name: 'price', type: 'decimal', precision: 2 },
        { name: 'serial', type: 'bigint' },
        { name: 'day', type: 'date' },
        { name: 'at', type: 'timestamp' },
        { name: 'extra', type: 'json' },
      ],
      { soft_delete: true, max_page_size: 20 },
    ),
    entity('tag', [{ name: 'label', type: 'string', required: true }]),
    entity('counter', [{ name: 'count', type: 'int' }], { keyType: 'int' }),
  ],
  relations: [
    { name: 'author_posts', type: 'one_to_many', source: 'author', target: 'post', target_key: 'author_id' },
    {
      name: 'author_profile',
      type: 'one_to_one',
      source: 'author',
      target: 'profile',
      target_key: 'author_id',
    },
    {
      name: 'author_mentor',
      type: 'one_to_many',
      source: 'author',
      target: 'author',
      target_key: 'mentor_id',
    },
    {
      name: 'post_tags',
      type: 'many_to_many',
      source: 'post',
      target: 'tag',
      join_table: 'post_tags',
      source_join_key: 'post_id',
      target_join_key: 'tag_id',
    },
  ],
  permissions: [
    { entity: 'author', action: 'read', roles: ['reader'] },
    {
      entity: 'post',
      action: 'read',
      roles: ['reader'],
      conditions: [{ field: 'status', operator: 'eq', value: 'live' }],
    },
    {
      entity: 'post',
      action: 'read',
      roles: ['owner'],
      conditions: [{ field: 'author_id', operator: 'eq', value: { user: 'id' } }],
    },
  ],
  sample_data: {
    author: [
      { id: uuid(1, 1), name: 'Ada', email: 'ada@example.org', mentor_id: null },
      { id: uuid(1, 2), name: 'Bob', email: 'bob@example.org', mentor_id: uuid(1, 1) },
      { id: uuid(1, 3), name: 'Cy', mentor_id: uuid(1, 1) },
    ],
    profile: [{ id: uuid(2, 1), author_id: uuid(1, 1), bio: 'first' }],
    post: Array.from({ length: 12 }, (_, n) => ({
      id: uuid(3, n + 1),
      title: `post ${n + 1}`,
      status: n % 2 === 0 ? 'live' : 'draft',
      author_id: uuid(1, (n % 2) + 1),
      views: n < 4 ? null : n % 3,
      price: '12.30',
      serial: '9007199254740993',
      day: '2026-03-29',
      at: '2026-03-29T01:30:00+02:00',
      extra: n === 0 ? ['a', { b: 1 }] : null,
    })),
    tag: [
      { id: uuid(4, 1), label: 'red' },
      { id: uuid(4, 2), label: 'blue' },
    ],
    counter: [{ id: 5, count: 1 }],
    post_tags: [
      { post_id: uuid(3, 1), tag_id: uuid(4, 1) },
      { post_id: uuid(3, 1), tag_id: uuid(4, 2) },
      { post_id: uuid(3, 2), tag_id: uuid(4, 1) },
    ],
  },
};

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app.dispose());

describe('one record', () => {
  it('comes by its key, with exact values', async () => {
    const { data, errors } = await app.ask(
      `{ post(id: "${uuid(3, 1)}") { id title status price serial day at extra version } }`,
    );
    expect(errors).toEqual([]);
    expect(data?.['post']).toEqual({
      id: uuid(3, 1),
      title: 'post 1',
      status: 'LIVE',
      price: '12.30',
      serial: '9007199254740993',
      day: '2026-03-29',
      at: '2026-03-28T23:30:00.000Z',
      extra: ['a', { b: 1 }],
      version: 1,
    });
  });

  it.each([uuid(9, 9), 'no-uuid', ''])('is null for the key %j that nobody has', async (id) => {
    const { data, errors } = await app.ask('query($id: ID!) { post(id: $id) { id } }', { variables: { id } });
    expect({ data, errors }).toEqual({ data: { post: null }, errors: [] });
  });

  it('comes by a number where the key is one', async () => {
    const { data } = await app.ask('{ a: counter(id: 5) { id count } b: counter(id: "x") { id } }');
    expect(data).toEqual({ a: { id: '5', count: 1 }, b: null });
  });

  it('comes by any unique key', async () => {
    const { data } = await app.ask('{ authorBy(key: { email: "bob@example.org" }) { name } }');
    expect(data).toEqual({ authorBy: { name: 'Bob' } });
  });

  it.each(['{}', '{ email: "a", id: "b" }', '{ email: null }'])('refuses the key %s', async (key) => {
    const { errors } = await app.ask(`{ authorBy(key: ${key}) { name } }`);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'authorBy' }]);
  });
});

describe('lists', () => {
  const titles = async (args: string) => {
    const { data, errors } = await app.ask(`{ posts(${args}) { title } }`);
    expect(errors).toEqual([]);
    const posts = data?.['posts'] as { title: string }[];
    return posts.map((post) => post.title.replace('post ', '')).join(' ');
  };

  it.each([
    ['where: { status: { eq: LIVE }, views: { isNull: false } }', '5 7 9 11'],
    ['where: { OR: [{ title: { eq: "post 1" } }, { views: { gte: 2 } }] }', '1 6 9 12'],
    ['where: { NOT: { views: { lte: 1 } } }', '6 9 12'],
    ['where: { title: { endsWith: "1" } }', '1 11'],
    ['where: { title: { icontains: "ST 1" } }', '1 10 11 12'],
    ['where: { title: { like: "post _" } }, limit: 3', '1 2 3'],
    ['where: { title: { startsWith: "%" } }', ''],
    [`where: { authorId: { in: ["${uuid(1, 2)}"] }, views: { eq: 0 } }`, '10'],
    ['where: { price: { gt: "12.29" }, serial: { eq: "9007199254740993" } }, limit: 1', '1'],
    ['where: { day: { lt: "2026-03-29" } }', ''],
    ['where: { at: { eq: "2026-03-28T23:30:00Z" } }, limit: 1, offset: 2', '3'],
    ['orderBy: [{ views: DESC }, { title: ASC }], limit: 6', '1 2 3 4 12 6'],
    ['orderBy: [{ views: ASC }, { title: DESC }], limit: 3', '7 10 8'],
    ['limit: 0', ''],
  ])('%s -> %s', async (args, expected) => {
    expect(await titles(args)).toBe(expected);
  });

  it.each([
    ['limit: 21', 'limit may be at most 20'],
    ['limit: -1', 'limit may not be negative'],
    ['offset: -1', 'offset may not be negative'],
    ['where: { status: { in: [] } }', 'where.status.in must not be empty'],
  ])('refuses %s', async (args, message) => {
    const { errors } = await app.ask(`{ posts(${args}) { id } }`);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message, path: 'posts' }]);
  });
});

describe('connections', () => {
  interface Page {
    edges: { cursor: string; node: { title: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    totalCount: number;
  }
  const page = async (args: string): Promise<Page> => {
    const { data, errors } = await app.ask(
      `{ postsConnection(${args}) { edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`,
    );
    expect(errors).toEqual([]);
    return data?.['postsConnection'] as Page;
  };
  const titles = (of: Page) => of.edges.map((edge) => edge.node.title.replace('post ', '')).join(' ');

  it.each(['views: ASC', 'views: DESC', 'title: DESC'])(
    'walk every record once, ordered by %s',
    async (key) => {
      const order = `orderBy: [{ ${key} }]`;
      const all = titles(await page(order));
      const forwards: string[] = [];
      let after = '';
      for (let more = true; more; ) {
        const next = await page(`${order}, first: 5${after}`);
        forwards.push(titles(next));
        after = `, after: "${next.pageInfo.endCursor}"`;
        more = next.pageInfo.hasNextPage;
      }
      expect(forwards.join(' ')).toBe(all);
      const backwards: string[] = [];
      let before = '';
      for (let more = true; more; ) {
        const next = await page(`${order}, last: 5${before}`);
        backwards.unshift(titles(next));
        before = `, before: "${next.pageInfo.startCursor}"`;
        more = next.pageInfo.hasPreviousPage;
      }
      expect(backwards.join(' ')).toBe(all);
    },
  );

  it('count all that match, not the page', async () => {
    const { totalCount, edges } = await page('where: { status: { eq: LIVE } }, first: 2');
    expect([totalCount, edges.length]).toEqual([6, 2]);
  });

  it('keep the records apart that are selected twice under different paths', async () => {
    const { data } = await app.ask(`{ postsConnection(first: 1) {
      nodes { t: tags(limit: 1) { label } }
      edges { node { t: tags(orderBy: [{ label: ASC }]) { label } } again: node { title } }
    } }`);
    expect(data).toEqual({
      postsConnection: {
        nodes: [{ t: [{ label: 'red' }] }],
        edges: [{ node: { t: [{ label: 'blue' }, { label: 'red' }] }, again: { title: 'post 1' } }],
      },
    });
  });

  it('refuse a cursor of another order, a forged one, and first with last', async () => {
    const { pageInfo } = await page('first: 1');
    const codes = [];
    for (const args of [
      `orderBy: [{ title: ASC }], after: "${pageInfo.endCursor}"`,
      'after: "bm9uc2Vuc2U"',
      `after: "${Buffer.from(JSON.stringify(['post:id+', 'no-uuid'])).toString('base64url')}"`,
      'first: 1, last: 1',
    ]) {
      const { errors } = await app.ask(`{ postsConnection(${args}) { nodes { id } } }`);
      codes.push(errors[0]?.code);
    }
    expect(codes).toEqual(['BAD_CURSOR', 'BAD_CURSOR', 'BAD_CURSOR', 'BAD_USER_INPUT']);
  });
});

describe('relations', () => {
  it('lead in both directions, to one, to many, through join tables and to the entity itself', async () => {
    const { data, errors } = await app.ask(`{ author(id: "${uuid(1, 1)}") {
      name profile { bio author { name } } mentor { name } authors(orderBy: [{ name: ASC }]) { name mentor { name } }
      posts(limit: 2) { title author { name } tags(orderBy: [{ label: ASC }]) { label posts { title } } }
    } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      author: {
        name: 'Ada',
        profile: { bio: 'first', author: { name: 'Ada' } },
        mentor: null,
        authors: [
          { name: 'Bob', mentor: { name: 'Ada' } },
          { name: 'Cy', mentor: { name: 'Ada' } },
        ],
        posts: [
          {
            title: 'post 1',
            author: { name: 'Ada' },
            tags: [
              { label: 'blue', posts: [{ title: 'post 1' }] },
              { label: 'red', posts: [{ title: 'post 1' }, { title: 'post 2' }] },
            ],
          },
          { title: 'post 3', author: { name: 'Ada' }, tags: [] },
        ],
      },
    });
  });

  it('limit and page per parent', async () => {
    const { data } = await app.ask(`{ authors(orderBy: [{ name: ASC }]) {
      name posts(limit: 1, offset: 1, orderBy: [{ title: ASC }]) { title }
      postsConnection(first: 1, where: { status: { eq: LIVE } }) { totalCount nodes { title } pageInfo { hasNextPage } }
    } }`);
    expect(data?.['authors']).toEqual([
      {
        name: 'Ada',
        posts: [{ title: 'post 11' }],
        postsConnection: { totalCount: 6, nodes: [{ title: 'post 1' }], pageInfo: { hasNextPage: true } },
      },
      {
        name: 'Bob',
        posts: [{ title: 'post 12' }],
        postsConnection: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } },
      },
      {
        name: 'Cy',
        posts: [],
        postsConnection: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } },
      },
    ]);
  });

  it('merge fragments, aliases and repeated fields, and obey skip and include', async () => {
    const { data } = await app.ask(
      `query($no: Boolean!) { author(id: "${uuid(1, 1)}") {
        posts(limit: 1) { title } ...F  first: posts(limit: 1) { title @include(if: $no) id }
        hidden: posts @skip(if: true) { id } } }
       fragment F on Author { posts(limit: 1) { ... on Post { status } } }`,
      { variables: { no: false } },
    );
    expect(data).toEqual({
      author: { posts: [{ title: 'post 1', status: 'LIVE' }], first: [{ id: uuid(3, 1) }] },
    });
  });

  it('take one statement, for many parents as for one', async () => {
    const query = (limit: number) =>
      `{ posts(limit: ${limit}) { author { profile { bio } } tags { posts { title } } } }`;
    const [one, many] = [await app.ask(query(1)), await app.ask(query(12))];
    expect([one.statements, many.statements]).toEqual([1, 1]);
  });

  it('take one statement together with all other root fields', async () => {
    const { errors, statements } = await app.ask(
      `query ($representations: [_Any!]!) {
         authors { name posts { tags { label } } postsConnection { totalCount nodes { author { name } } } }
         postsConnection(first: 2) { totalCount edges { cursor node { title } } pageInfo { hasNextPage } }
         post(id: "${uuid(3, 1)}") { title } authorBy(key: { email: "bob@example.org" }) { name }
         _entities(representations: $representations) { ... on Post { title } ... on Author { name } } }`,
      {
        variables: {
          representations: [
            { __typename: 'Post', id: uuid(3, 1) },
            { __typename: 'Author', id: uuid(1, 1) },
          ],
        },
      },
    );
    expect({ errors, statements }).toEqual({ errors: [], statements: 1 });
  });
});

describe('references', () => {
  it('are batched over all representations, and null where there is no such record', async () => {
    const representations = [1, 2, 99, 1].map((n) => ({ __typename: 'Post', id: uuid(3, n) }));
    const { data, statements } = await app.ask(
      'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Post { title author { name } } } }',
      { variables: { representations: [...representations, { __typename: 'Post', id: 'junk' }] } },
    );
    const first = { title: 'post 1', author: { name: 'Ada' } };
    expect(data?.['_entities']).toEqual([
      first,
      { title: 'post 2', author: { name: 'Bob' } },
      null,
      first,
      null,
    ]);
    expect(statements).toBe(1);
  });
});

describe('permissions', () => {
  const reader = callerWith(['Reader']);

  it('hide records in lists, by id, in relations and in counts alike', async () => {
    const { data, errors } = await app.ask(
      `{ posts { id } post(id: "${uuid(3, 2)}") { id } postsConnection { totalCount }
         author(id: "${uuid(1, 2)}") { name posts { id } } }`,
      { caller: reader },
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      post: null,
      postsConnection: { totalCount: 6 },
      author: { name: 'Bob', posts: [] },
    });
    expect(data?.['posts']).toHaveLength(6);
  });

  it('are alternatives, and may depend on who asks', async () => {
    const { data } = await app.ask('{ postsConnection { totalCount } }', {
      caller: callerWith(['owner'], uuid(1, 2)),
    });
    expect(data).toEqual({ postsConnection: { totalCount: 6 } });
    const both = await app.ask('{ postsConnection { totalCount } }', {
      caller: callerWith(['owner', 'reader'], uuid(1, 2)),
    });
    expect(both.data).toEqual({ postsConnection: { totalCount: 12 } });
  });

  it('refuse what no policy allows, at the field and nowhere else', async () => {
    const { data, errors, statements } = await app.ask(
      '{ authors(limit: 1) { name profile { bio } } tags { label } }',
      { caller: reader },
    );
    expect(data).toEqual({ authors: [{ name: 'Ada', profile: null }], tags: null });
    expect(errors.map(({ code, path }) => `${code} ${path}`).sort()).toEqual([
      'FORBIDDEN authors.0.profile',
      'FORBIDDEN tags',
    ]);
    expect(statements).toBe(1);
  });

  it('ask a stranger to sign in', async () => {
    const { errors } = await app.ask('{ authors { name } }', {
      caller: { userId: null, email: null, roles: [], isAdmin: false },
    });
    expect(errors).toMatchObject([{ code: 'UNAUTHENTICATED', path: 'authors' }]);
  });
});
