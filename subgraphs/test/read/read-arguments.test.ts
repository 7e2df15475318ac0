/** Arguments that are not given, and filters of which a part is missing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODES_DOCUMENT, uuid } from '../support/nodes-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(NODES_DOCUMENT);
});
afterAll(() => app?.dispose());

/** Optional arguments of each kind of field, with their types. */
const LIST = {
  where: 'NodeWhere',
  orderBy: '[NodeOrderBy!]',
  limit: 'Int',
  offset: 'Int',
  distinctOn: '[NodeFieldName!]',
};
const PAGE = {
  where: 'NodeWhere',
  orderBy: '[NodeOrderBy!]',
  first: 'Int',
  after: 'String',
  last: 'Int',
  before: 'String',
};
const NUMBERS = { where: 'NodeWhere' };
const GROUPS = {
  where: 'NodeWhere',
  having: 'NodeHaving',
  orderBy: '[NodeGroupByOrder!]',
  limit: 'Int',
};
const DELETED = { withDeleted: 'Boolean' };

const FIELDS = [
  ['nodes', { ...LIST, ...DELETED }, '{ id }', ''],
  ['nodesConnection', { ...PAGE, ...DELETED }, '{ nodes { id } }', ''],
  ['nodesAggregate', { ...NUMBERS, ...DELETED }, '{ count }', ''],
  ['nodesGroupBy', { ...GROUPS, ...DELETED }, '{ count }', 'by: [{ field: rank }], '],
  ['children', { ...LIST, ...DELETED }, '{ id }', ''],
  ['childrenConnection', { ...PAGE, ...DELETED }, '{ nodes { id } }', ''],
  ['friendsAggregate', { ...NUMBERS, ...DELETED }, '{ count }', ''],
  ['parent', DELETED, '{ id }', ''],
] as const;

describe.each(FIELDS)('%s', (name, optional, selection, required) => {
  const isRoot = name.startsWith('nodes');
  const query = (args: string, header = '') => {
    const given = `${required}${args}`.trim();
    const field = `${name}${given === '' ? '' : `(${given})`} ${selection}`;
    return `${header} { ${isRoot ? field : `node(id: "${uuid(1)}") { ${field} }`} }`;
  };
  const names = Object.entries(optional);
  const nulls = names.map(([argument]) => `${argument}: null`).join(', ');
  const variables = names.map(([argument]) => `${argument}: $${argument}`).join(', ');
  const header = `query (${names.map(([argument, type]) => `$${argument}: ${type}`).join(', ')})`;

  it('answers alike where an argument is left out, null, or a variable without a value', async () => {
    const without = await app.ask(query(''));
    expect(without.errors).toEqual([]);
    expect(await app.ask(query(nulls))).toEqual(without);
    expect(await app.ask(query(variables, header))).toEqual(without);
    const values = Object.fromEntries(names.map(([argument]) => [argument, null]));
    expect(await app.ask(query(variables, header), { variables: values })).toEqual(without);
  });
});

describe('a filter that lacks a part', () => {
  const DECLARED =
    '$x: String, $list: [String!], $w: NodeWhere, $all: [NodeWhere!], $n: Int, $j: JSON, $p: [String!]!, $many: NodeToManyFilter';
  const WHERES = [
    ['{ name: { eq: $x } }', 'where.name.eq'],
    ['{ name: { eq: $x, ne: "n1" } }', 'where.name.eq'],
    ['{ rank: { gt: 1 }, name: { startsWith: $x } }', 'where.name.startsWith'],
    ['{ name: { in: $list } }', 'where.name.in'],
    ['{ name: { in: $list, ne: "n1" } }', 'where.name.in'],
    ['{ AND: $all, rank: { gt: 1 } }', 'where.AND'],
    ['{ OR: [{ name: { eq: "n1" } }, { name: { eq: $x }, rank: { gt: 1 } }] }', 'where.OR[1].name.eq'],
    ['{ NOT: $w, rank: { gt: 1 } }', 'where.NOT'],
    ['{ NOT: $w }', 'where.NOT'],
    ['{ children: { some: $w, none: { rank: { gt: 1 } } } }', 'where.children.some'],
    ['{ children: { every: $w } }', 'where.children.every'],
    ['{ children: $many, rank: { gt: 1 } }', 'where.children'],
    ['{ parent: $w, rank: { gt: 1 } }', 'where.parent'],
    ['{ extra: { contains: $j, isNull: false } }', 'where.extra.contains'],
    ['{ extra: { contains: { n: $n }, isNull: false } }', 'where.extra.contains.n'],
    ['{ extra: { contains: [$j] } }', 'where.extra.contains[0]'],
    ['{ extra: { path: { path: ["n"], gt: $j, lt: 5 } } }', 'where.extra.path.gt'],
  ] as const;
  const declared = (used: string) => {
    const mine = DECLARED.split(', ').filter((each) => new RegExp(`\\${each.split(':')[0]}\\b`).test(used));
    return `query (${mine.join(', ')})`;
  };

  it.each(WHERES)('is refused everywhere, and does not find more: %s', async (where, place) => {
    for (const field of [
      `nodes(where: ${where}) { id }`,
      `nodesConnection(where: ${where}) { totalCount }`,
      `nodesAggregate(where: ${where}) { count }`,
      `nodesGroupBy(by: [{ field: rank }], where: ${where}) { count }`,
    ]) {
      const { data, errors, statements } = await app.ask(`${declared(where)} { first: ${field} }`);
      expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'first' }]);
      expect(errors[0]?.message).toContain(`${place} has no value`);
      expect({ data, statements }).toEqual({ data: { first: null }, statements: 0 });
    }
    const { errors } = await app.ask(
      `${declared(where)} { node(id: "${uuid(1)}") { children(where: ${where}) { id } } }`,
    );
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'node.children' }]);
  });

  it('is refused in a condition on groups', async () => {
    const { errors } = await app.ask(
      'query ($n: Int) { nodesGroupBy(by: [{ field: rank }], having: { count: { gte: $n, lt: 9 } }) { count } }',
    );
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: 'nodesGroupBy' }]);
    expect(errors[0]?.message).toContain('having.count.gte has no value: the variable $n is not given');
  });

  it('is refused where the part is null', async () => {
    const query = 'query ($x: String) { nodes(where: { rank: { gt: 1 }, name: { eq: $x } }) { id } }';
    const { errors } = await app.ask(query, { variables: { x: null } });
    expect(errors[0]?.message).toContain('where.name.eq may not be null');
  });

  it('is whole with the default of a variable', async () => {
    const query = 'query ($x: String = "n1") { nodes(where: { name: { eq: $x } }) { name } }';
    expect((await app.ask(query)).data).toEqual({ nodes: [{ name: 'n1' }] });
  });
});
