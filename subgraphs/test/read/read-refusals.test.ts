/** Cursors, arguments and fields that a caller may not use. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODES, NODES_DOCUMENT, uuid } from '../support/nodes-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, entity, parseApp } from '../support/write-app.ts';

const READER = callerWith(['reader']);

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(NODES_DOCUMENT);
});
afterAll(() => app?.dispose());

const codesOf = async (query: string, options: Parameters<ReadApp['ask']>[1] = {}) => {
  const { errors } = await app.ask(query, options);
  return errors.map(({ code, path }) => `${code} ${path}`);
};

describe('cursors', () => {
  const cursorOf = (...parts: readonly unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const read = (after: unknown, args = '') =>
    app.ask(
      `query ($after: String) { good: nodes(limit: 1) { id } page: nodesConnection(first: 2, after: $after${args}) { nodes { id } } }`,
      {
        variables: { after },
      },
    );

  it.each([
    ['no base64', '!!!'],
    ['empty', ''],
    ['no JSON', Buffer.from('nonsense').toString('base64url')],
    ['not an array', Buffer.from('{"0":"node:id+"}').toString('base64url')],
    ['an empty array', cursorOf()],
    ['of another entity', cursorOf('secret:id+', uuid(1))],
    ['of another order', cursorOf('node:rank+id+', '1', uuid(1))],
    ['with too few values', cursorOf('node:id+')],
    ['with too many values', cursorOf('node:id+', uuid(1), uuid(2))],
    ['with a value that is no key', cursorOf('node:id+', "' OR 1=1 --")],
    ['with a NUL', cursorOf('node:id+', '\0')],
    ['with an object', cursorOf('node:id+', { a: 1 })],
    ['with null for a key', cursorOf('node:id+', null)],
    ['too long', 'a'.repeat(1_000_001)],
  ])('are refused, and leave the field beside them alone: %s', async (_name, after) => {
    const { data, errors } = await read(after);
    expect(errors.map(({ code, path }) => `${code} ${path}`)).toEqual(['BAD_CURSOR page']);
    expect(data).toEqual({ good: [{ id: uuid(1) }], page: null });
  });

  it.each([
    ['a number too large', 'rank', '99999999999'],
    ['no number', 'rank', 'one'],
    ['no time', 'at', 'yesterday-ish'],
  ])('are refused when a column cannot hold their value: %s', async (_name, field, value) => {
    const { data, errors } = await read(
      cursorOf(`node:${field}+id+`, value, uuid(1)),
      `, orderBy: [{ ${field}: ASC }]`,
    );
    expect(errors.map(({ code, path }) => `${code} ${path}`)).toEqual(['BAD_CURSOR page']);
    expect(data?.['good']).toEqual([{ id: uuid(1) }]);
  });

  it('of a record that is gone go on at its place', async () => {
    const { data, errors } = await read(cursorOf('node:id+', '00000000-0000-4000-8000-0000000000ff'));
    expect(errors).toEqual([]);
    expect(data?.['page']).toEqual({ nodes: [{ id: uuid(100) }, { id: uuid(101) }] });
  });
});

describe('arguments', () => {
  it.each([
    ['limit: 1001', 'limit'],
    ['limit: -1', 'limit'],
    ['offset: -1', 'offset'],
    ['offset: 100001', 'offset'],
    ['where: {}', 'where'],
    ['where: { AND: [] }', 'where.AND'],
    ['where: { NOT: {} }', 'where.NOT'],
    ['where: { OR: [{}] }', 'where.OR'],
    ['where: { name: {} }', 'where.name'],
    ['where: { name: { eq: null } }', 'where.name.eq'],
    ['where: { name: { in: [] } }', 'where.name.in'],
    ['where: { name: { like: "\\\\" } }', 'where.name.like'],
    ['where: { children: {} }', 'where.children'],
    ['where: { children: { some: {} } }', 'where.children.some'],
    ['where: { children: null }', 'where.children'],
    ['where: { parent: {} }', 'where.parent'],
    ['where: { extra: { contains: null } }', 'where.extra.contains'],
    ['where: { extra: { path: { path: [], eq: 1 } } }', 'where.extra.path'],
    ['where: { extra: { path: { path: ["a"] } } }', 'where.extra.path'],
    ['where: { extra: { path: { path: ["a"], gt: true } } }', 'where.extra.path.gt'],
    ['orderBy: [{}]', 'orderBy'],
    ['orderBy: [{ name: ASC, rank: ASC }]', 'orderBy'],
    ['orderBy: [{ parent: {} }]', 'orderBy'],
    ['distinctOn: []', 'distinctOn'],
    ['distinctOn: [name, name]', 'distinctOn'],
  ])('that are refused name their place: %s', async (args, place) => {
    const { data, errors, statements } = await app.ask(`{ nodes(${args}) { id } }`);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'nodes' }]);
    expect(errors[0]?.message).toContain(place);
    expect({ data, statements }).toEqual({ data: { nodes: null }, statements: 0 });
  });

  it.each([
    ['by: []', 'by'],
    ['by: [{ field: name }, { field: name }]', 'by'],
    ['by: [{ field: name, bucket: DAY }]', 'bucket'],
    ['by: [{ field: name }], limit: 1001', 'limit'],
    ['by: [{ field: name }], having: {}', 'having'],
    ['by: [{ field: name }], having: { sum: { rank: { gt: null } } }', 'having.sum.rank.gt'],
    ['by: [{ field: name }], orderBy: [{ key: { rank: ASC } }]', 'orderBy'],
    ['by: [{ field: name }], orderBy: [{ count: ASC, key: { name: ASC } }]', 'orderBy'],
  ])('of groups that are refused name their place: %s', async (args, place) => {
    const { errors, statements } = await app.ask(`{ nodesGroupBy(${args}) { count } }`);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'nodesGroupBy' }]);
    expect(errors[0]?.message).toContain(place);
    expect(statements).toBe(0);
  });

  it('with quotes, comments and units are values and nothing else', async () => {
    const text = `'"; DROP TABLE "nodes"; -- $1 \\ %`;
    const { data, errors } = await app.ask(
      `query ($text: String!, $json: JSON!) {
        a: nodes(where: { name: { eq: $text } }) { id }
        b: nodes(where: { name: { icontains: $text } }) { id }
        c: nodes(where: { extra: { path: { path: [$text], eq: $json } } }) { id }
        d: nodes(where: { extra: { hasKey: $text } }) { id }
        e: node(id: "x' OR 'a' = 'a") { id }
        f: nodesGroupBy(by: [{ field: name }], having: { min: { name: { eq: $text } } }) { count }
        nodesAggregate { count } }`,
      { variables: { text, json: { [text]: text } } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ a: [], b: [], c: [], d: [], e: null, f: [], nodesAggregate: { count: NODES } });
  });
});

describe('what a caller may not see', () => {
  it.each([
    ['a relation', 'nodes(limit: 1) { id secret { word } }', 'nodes.0.secret', 'secret'],
    [
      'a filter through a relation',
      'nodes(where: { secret: { word: { eq: "hidden" } } }) { id }',
      'nodes',
      'where.secret',
    ],
    [
      'a nested filter',
      'nodes(where: { NOT: { children: { some: { secret: { id: { isNull: true } } } } } }) { id }',
      'nodes',
      'secret',
    ],
    ['an order through a relation', 'nodes(orderBy: [{ secret: { word: ASC } }]) { id }', 'nodes', 'orderBy'],
    [
      'the filter of a connection',
      'nodesConnection(where: { secret: { word: { eq: "x" } } }) { totalCount }',
      'nodesConnection',
      'where.secret',
    ],
    [
      'the filter of an aggregate',
      'nodesAggregate(where: { secret: { word: { eq: "x" } } }) { count }',
      'nodesAggregate',
      'where.secret',
    ],
    [
      'the filter of groups',
      'nodesGroupBy(by: [{ field: rank }], where: { secret: { word: { eq: "x" } } }) { count }',
      'nodesGroupBy',
      'where.secret',
    ],
    [
      'the filter of an inner list',
      'nodes(limit: 1) { id children(where: { secret: { word: { eq: "x" } } }) { id } }',
      'nodes',
      'where.secret',
    ],
    ['an aggregate', 'secretsAggregate { count }', 'secretsAggregate', 'secret'],
    ['groups', 'secretsGroupBy(by: [{ field: word }]) { count }', 'secretsGroupBy', 'secret'],
    ['deleted records of a list', 'nodes(withDeleted: true) { id }', 'nodes', 'withDeleted'],
    [
      'deleted records of an aggregate',
      'nodesAggregate(withDeleted: true) { count }',
      'nodesAggregate',
      'withDeleted',
    ],
    [
      'deleted records of a connection',
      'nodesConnection(withDeleted: true) { totalCount }',
      'nodesConnection',
      'withDeleted',
    ],
    ['a deleted record', `node(id: "${uuid(1)}", withDeleted: true) { id }`, 'node', 'withDeleted'],
  ])('is forbidden, and the error names it: %s', async (_name, field, path, place) => {
    const { data, errors } = await app.ask(`{ ${field} good: nodes(limit: 1) { id } }`, { caller: READER });
    expect(errors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    expect(errors[0]?.path).toContain(path);
    expect(errors[0]?.message).toContain(place);
    expect(data?.['good']).toEqual([{ id: uuid(1) }]);
    expect(JSON.stringify(data)).not.toContain('hidden');
  });

  it('is what a stranger has to sign in for, in filters too', async () => {
    const stranger = { userId: null, email: null, roles: [], isAdmin: false };
    const queries = [
      '{ nodes { id } }',
      '{ nodesAggregate { count } }',
      '{ nodesGroupBy(by: [{ field: rank }]) { count } }',
    ];
    for (const query of queries)
      expect(await codesOf(query, { caller: stranger })).toEqual([
        expect.stringMatching(/^UNAUTHENTICATED /),
      ]);
  });
});

describe('names that SQL would trip over', () => {
  const document = (more: object, fields: readonly object[] = []) => ({
    version: 1,
    entities: [{ ...entity('thing', fields), ...more }],
  });

  it.each([
    ['an entity', document({ name: 'a"b' })],
    ['a table', document({ table: 'a"; DROP TABLE x; --' })],
    ['a field', document({}, [{ name: 'a" b', type: 'int' }])],
    ['a field with a quote', document({}, [{ name: "a'b", type: 'int' }])],
    ['a key', document({ primary_key: { field: 'i"d', type: 'uuid' } })],
  ])('are refused with the document: %s', (_name, broken) => {
    expect(() => parseApp(document({}))).not.toThrow();
    expect(() => parseApp(broken)).toThrow(/entities/);
  });
});
