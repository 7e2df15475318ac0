/** Operations that are large: how much is read, and how much is not. */
import type { Database, Statement } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODES, NODES_DOCUMENT, uuid } from '../support/nodes-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(NODES_DOCUMENT);
});
afterAll(() => app?.dispose());

const codesOf = async (query: string, options: Parameters<ReadApp['ask']>[1] = {}) => {
  const { errors } = await app.ask(query, options);
  return errors.map(({ code, path }) => `${code} ${path}`);
};

describe('an operation that would read more than 250,000 records', () => {
  const representations = Array.from({ length: NODES }, (_, n) => ({ __typename: 'Node', id: uuid(n + 1) }));

  it.each([
    ['lists', `{ nodes { parent { children { id } } } }`],
    ['connections', `{ nodesConnection { nodes { parent { childrenConnection { nodes { id } } } } } }`],
    [
      'edges',
      `{ nodesConnection { edges { node { parent { childrenConnection { edges { node { id } } } } } } } }`,
    ],
    ['a relation of many to many', '{ nodes { friends { nodes { id } } } }'],
  ])('is refused at once: %s', async (_name, query) => {
    const { data, errors, statements } = await app.ask(query);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(errors[0]?.message).toMatch(/250000 records/);
    expect(new Set(Object.values(data ?? {}))).toEqual(new Set([null]));
    expect(statements).toBe(1);
  });

  it('is refused for references as well', async () => {
    const { data, errors } = await app.ask(
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Node { parent { children { id } } } } }',
      { variables: { representations } },
    );
    expect(errors.map(({ code, path }) => `${code} ${path}`)).toEqual(['BAD_USER_INPUT _entities']);
    expect(data).toBeNull();
  });

  it.each([
    [
      'two lists of one record',
      '{ nodes { a: parent { children(limit: 250) { id } } b: parent { children(limit: 250) { id } } } }',
    ],
    [
      'four root fields',
      `{ ${[1, 2, 3, 4].map((n) => `r${n}: nodes(limit: 400) { parent { children(limit: 200) { id } } }`).join(' ')} }`,
    ],
  ])('is refused when no list has as many by itself: %s', async (_name, query) => {
    const { data, errors, statements } = await app.ask(query);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(new Set(Object.values(data ?? {}))).toEqual(new Set([null]));
    expect(statements).toBe(1);
  });

  it('is refused when one record is named hundreds of times', async () => {
    const query =
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Node { children { id } } } }';
    const same = Array.from({ length: NODES }, () => ({ __typename: 'Node', id: uuid(1) }));
    expect(await codesOf(query, { variables: { representations: same } })).toEqual([
      'BAD_USER_INPUT _entities',
    ]);
  });

  it.each([10, 20, 28])(
    'is refused long before its deadline when its lists are nested %i deep',
    async (levels) => {
      const nested = (depth: number): string =>
        depth === 0 ? 'id' : `id parent { children(limit: 2) { ${nested(depth - 1)} } }`;
      const before = performance.now();
      const { data, errors, statements } = await app.ask(`{ nodes { ${nested(levels)} } }`);
      expect(performance.now() - before).toBeLessThan(15_000);
      expect({ data, statements }).toEqual({ data: { nodes: null }, statements: 1 });
      expect(errors).toMatchObject([
        { code: 'BAD_USER_INPUT', message: expect.stringMatching(/give its inner lists a limit/) },
      ]);
    },
  );

  it('is answered however deep its lists are nested, when there is little', async () => {
    const nested = (depth: number): string => (depth === 0 ? 'id' : `id children { ${nested(depth - 1)} }`);
    const { data, errors } = await app.ask(`{ nodes(limit: 2) { ${nested(28)} } }`);
    expect(errors).toEqual([]);
    expect(data?.['nodes']).toMatchObject([{ children: { length: NODES - 1 } }, { children: [] }]);
  });

  it('is not one that only counts', async () => {
    const { errors } = await app.ask('{ nodes { parent { childrenConnection { totalCount } } } }');
    expect(errors).toEqual([]);
  });

  it('is answered where filters or limits keep it small', async () => {
    const { errors } = await app.ask(`{
      nodes { parent { children(limit: 3) { id } } }
      b: nodes(where: { rank: { eq: 1 } }) { parent { children { id } } } }`);
    expect(errors).toEqual([]);
  });

  it('is only counted where it counts', async () => {
    const { data, errors } = await app.ask(
      '{ nodesConnection(first: 1) { totalCount } nodes { parent { childrenAggregate { count } } } }',
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ nodesConnection: { totalCount: NODES } });
  });
});

describe('large operations', () => {
  it('of 30 root fields are one statement', async () => {
    const fields = Array.from({ length: 30 }, (_, n) => `r${n}: nodes(limit: 1, offset: ${n}) { id }`);
    const { data, errors, statements } = await app.ask(`{ ${fields.join(' ')} }`);
    expect({ errors, statements }).toEqual({ errors: [], statements: 1 });
    expect(Object.values(data ?? {})).toEqual(Array.from({ length: 30 }, (_, n) => [{ id: uuid(n + 1) }]));
  });

  it('of 30 root fields, one of which fails in the database, answer the others', async () => {
    const cursor = Buffer.from(JSON.stringify(['node:rank+id+', 'one', uuid(1)])).toString('base64url');
    const fields = Array.from({ length: 29 }, (_, n) => `r${n}: nodes(limit: 1, offset: ${n}) { id }`);
    const bad = `bad: nodesConnection(orderBy: [{ rank: ASC }], after: "${cursor}") { totalCount nodes { id } }`;
    const { data, errors } = await app.ask(
      `{ ${[...fields.slice(0, 9), bad, ...fields.slice(9)].join(' ')} }`,
    );
    expect(errors.map(({ code, path }) => `${code} ${path}`)).toEqual(['BAD_CURSOR bad']);
    expect(data).toMatchObject({ bad: null, r0: [{ id: uuid(1) }], r28: [{ id: uuid(29) }] });
  });

  it('nest 20 levels, down relations and up again', async () => {
    const levels = 20;
    const open = Array.from({ length: levels }, (_, n) =>
      n % 2 === 0 ? 'children(limit: 1) {' : 'parent {',
    );
    const query = `{ node(id: "${uuid(1)}") { ${open.join(' ')} name ${'}'.repeat(levels)} } }`;
    const { data, errors, statements } = await app.ask(query);
    expect({ errors, statements }).toEqual({ errors: [], statements: 1 });
    expect(JSON.stringify(data)).toContain('"name":"n0"');
  });

  it('nest 8 relations in a filter and no more', async () => {
    const nested = (steps: number) =>
      `${'parent: { '.repeat(steps)}id: { isNull: false }${' }'.repeat(steps)}`;
    expect(await codesOf(`{ nodes(where: { ${nested(8)} }) { id } }`)).toEqual([]);
    expect(await codesOf(`{ nodes(where: { ${nested(9)} }) { id } }`)).toEqual(['BAD_USER_INPUT nodes']);
  });

  it('order through 4 relations and no more', async () => {
    const nested = (steps: number) => `${'parent: { '.repeat(steps)}name: ASC${' }'.repeat(steps)}`;
    expect(await codesOf(`{ nodes(orderBy: [{ ${nested(4)} }], limit: 3) { id } }`)).toEqual([]);
    expect(await codesOf(`{ nodes(orderBy: [{ ${nested(5)} }]) { id } }`)).toEqual(['BAD_USER_INPUT nodes']);
  });
});

describe('what the conditions, cursors and keys of an operation hold', () => {
  const ids = Array.from({ length: 10_000 }, (_, n) => uuid(n + 1));
  const lists = (count: number, operator = 'in') =>
    Array.from(
      { length: count },
      (_, n) => `a${n}: nodes(where: { id: { ${operator}: $ids } }, limit: 1) { id }`,
    );
  const asked = (fields: readonly string[]) =>
    app.ask(`query ($ids: [ID!]!) { ${fields.join(' ')} }`, { variables: { ids } });

  it('is bounded for all of them together, and refused before anything is sent', async () => {
    const before = performance.now();
    const { data, errors, statements } = await asked(lists(99));
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(statements).toBe(0);
    expect(errors).toHaveLength(99);
    expect(errors[0]).toMatchObject({
      code: 'BAD_USER_INPUT',
      path: 'a0',
      message: expect.stringContaining('50000 values'),
    });
    expect(new Set(Object.values(data ?? {}))).toEqual(new Set([null]));
  });

  it('may be a long list in several places, which is sent once', async () => {
    const { data, errors, statements } = await asked(lists(4));
    expect({ errors, statements }).toEqual({ errors: [], statements: 1 });
    expect(data).toMatchObject({ a0: [{ id: uuid(1) }], a3: [{ id: uuid(1) }] });
  });

  it('holds the keys of representations', async () => {
    const representations = Array.from({ length: 50_001 }, (_, n) => ({
      __typename: 'Node',
      id: uuid(n + 1),
    }));
    const query =
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Node { id } } }';
    const few = await app.ask(query, { variables: { representations: representations.slice(1) } });
    expect({ errors: few.errors, statements: few.statements }).toEqual({ errors: [], statements: 1 });
    const { errors, statements } = await app.ask(query, { variables: { representations } });
    expect({ codes: errors.map(({ code }) => code), statements }).toEqual({
      codes: ['BAD_USER_INPUT'],
      statements: 0,
    });
  });

  it('holds the texts of cursors, by their length', async () => {
    const cursor = Buffer.from(JSON.stringify(['node:name+id+', 'x'.repeat(700_000), uuid(1)]));
    const pages = (count: number) =>
      Array.from(
        { length: count },
        (_, n) =>
          `a${n}: nodesConnection(orderBy: [{ name: ASC }], after: $cursor, first: 1) { nodes { id } }`,
      ).join(' ');
    const ask = (count: number) =>
      app.ask(`query ($cursor: String!) { ${pages(count)} }`, {
        variables: { cursor: cursor.toString('base64url') },
      });
    expect((await ask(2)).errors).toEqual([]);
    const { errors, statements } = await ask(3);
    expect({ codes: errors.map(({ code }) => code), statements }).toEqual({
      codes: Array.from({ length: 3 }, () => 'BAD_USER_INPUT'),
      statements: 0,
    });
  });

  it('is bound once, however often its records are counted', async () => {
    const sent: Statement[] = [];
    const database: Database = {
      ...app.database,
      query: (statement, options) => {
        sent.push(statement);
        return app.database.query(statement, options);
      },
    };
    const children = Array.from({ length: 8 }, (_, n) => `c${n}: children(limit: 100) { id }`).join(' ');
    const after = Buffer.from(JSON.stringify(['node:id+', uuid(1)])).toString('base64url');
    const where = 'where: { rank: { gt: 1, notIn: [2, 4] }, name: { like: "n5%" }, extra: { hasKey: "n" } }';
    const { errors } = await app.ask(
      `{ nodesConnection(${where}, after: "${after}") { nodes { parent { ${children} } } } }`,
      { database },
    );
    expect(errors).toEqual([]);
    expect(sent.map(({ text, values }) => ({ values, counts: text.includes('count(*)') }))).toEqual([
      { values: ['n5%', 1, [2, 4], 'n', uuid(1)], counts: true },
    ]);
  });

  it('holds the conditions of permissions', async () => {
    const words = Array.from({ length: 600 }, (_, n) => `word ${n} ${'x'.repeat(3_400)}`);
    const conditions = [{ field: 'word', operator: 'in', value: words }];
    const permissions = [{ entity: 'secret', action: 'read', roles: ['reader'], conditions }];
    const guarded = await createReadApp({ ...NODES_DOCUMENT, permissions });
    try {
      const { errors, statements } = await guarded.ask('{ secrets { id } }', {
        caller: callerWith(['reader']),
      });
      expect({ errors, statements }).toMatchObject({ errors: [{ code: 'BAD_USER_INPUT' }], statements: 0 });
    } finally {
      await guarded.dispose();
    }
  });
});

describe('numbers at the ends of their types', () => {
  const DOCUMENT = {
    version: 1,
    entities: [
      entity('thing', [
        { name: 'real', type: 'float' },
        { name: 'extra', type: 'json' },
      ]),
      entity('coin', [
        { name: 'real', type: 'float' },
        { name: 'kind', type: 'string' },
        { name: 'large', type: 'bigint' },
      ]),
    ],
    sample_data: {
      thing: [
        { id: uuid(1), real: 1e300 },
        { id: uuid(2), real: 0 },
      ],
      coin: [
        { id: uuid(1), real: 1e308, kind: 'large', large: '9223372036854775807' },
        { id: uuid(2), real: 1e308, kind: 'large', large: '9223372036854775807' },
        { id: uuid(3), real: 0.1, kind: 'small', large: '9223372036854775807' },
      ],
    },
  };
  let numbers: ReadApp;
  beforeAll(async () => {
    numbers = await createReadApp(DOCUMENT);
    const text = 'UPDATE "things" SET "extra" = $1::jsonb';
    await numbers.database.query({ text, values: ['{"n": 12345678901234567890.5}'] });
  });
  afterAll(() => numbers?.dispose());

  it('have averages, and sums that say when they do not fit, which concerns nothing else', async () => {
    const { data, errors } = await numbers.ask(`{
      thingsAggregate { avg { real } sum { real } }
      coinsAggregate { count sum { real } max { real } avg { real } }
      some: coinsAggregate(where: { real: { lt: 1e308 } }) { sum { real } }
      things(limit: 1) { id }
    }`);
    expect(data).toEqual({
      thingsAggregate: { avg: { real: 5e299 }, sum: { real: 1e300 } },
      coinsAggregate: {
        count: 3,
        sum: { real: null },
        max: { real: 1e308 },
        avg: { real: expect.closeTo(6.666666666666667e307, -300) },
      },
      some: { sum: { real: 0.1 } },
      things: [{ id: uuid(1) }],
    });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'coinsAggregate.sum.real' }]);
  });

  it('sort and are compared as the largest where a sum does not fit', async () => {
    const { data, errors } = await numbers.ask(`{
      coinsGroupBy(by: [{ field: kind }], orderBy: [{ sum: { real: DESC } }], having: { sum: { real: { gt: 0.01 } } }) {
        key { kind } sum { real }
      } }`);
    expect(data).toEqual({
      coinsGroupBy: [
        { key: { kind: 'large' }, sum: { real: null } },
        { key: { kind: 'small' }, sum: { real: 0.1 } },
      ],
    });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'coinsGroupBy.0.sum.real' }]);
  });

  it('of whole numbers have sums of any size', async () => {
    const { data, errors } = await numbers.ask('{ purses: coinsAggregate { sum { large } avg { large } } }');
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ purses: { sum: { large: '27670116110564327421' } } });
  });

  it('keep all their digits among entities of several types', async () => {
    const query = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Thing { extra } ... on Coin { id } } }`;
    const representations = ['Coin', 'Thing'].map((__typename) => ({ __typename, id: uuid(1) }));
    const answer = await numbers.answer(query, { variables: { representations } });
    expect(answer.json()).toBe(
      `{"data":{"_entities":[{"id":"${uuid(1)}"},{"extra":{"n": 12345678901234567890.5}}]}}`,
    );
  });
});
