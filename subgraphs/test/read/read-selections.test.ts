/** Selections that name no column: what is answered is known without data, but how often it is answered is not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODES_DOCUMENT, uuid } from '../support/nodes-document.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';

const GONE = uuid(9_999);

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(NODES_DOCUMENT);
});
afterAll(() => app?.dispose());

/** What `{ first: field { selection } }` answers for `first`. */
const read = async (field: string, selection: string) => {
  const { data, errors } = await app.ask(`{ first: ${field} { ${selection} } }`);
  expect(errors).toEqual([]);
  return data?.['first'];
};
const two = <T>(value: T) => [value, value];

describe('records without columns', () => {
  it.each([
    ['__typename', { __typename: 'Node' }],
    ['a: __typename ... { b: __typename }', { a: 'Node', b: 'Node' }],
    ['id @skip(if: true)', {}],
    ['... @include(if: false) { id }', {}],
  ])('answer %s', async (selection, record) => {
    expect(await read(`node(id: "${uuid(1)}")`, selection)).toEqual(record);
    expect(await read(`node(id: "${GONE}")`, selection)).toBeNull();
    expect(await read(`nodeBy(key: { id: "${uuid(2)}" })`, selection)).toEqual(record);
    expect(await read('nodes(limit: 2)', selection)).toEqual(two(record));
    expect(await read('nodes(limit: 2, distinctOn: [rank])', selection)).toEqual(two(record));
    const links = `children(limit: 2) { ${selection} } parent { ${selection} } friends { ${selection} }`;
    expect(await read(`node(id: "${uuid(1)}")`, links)).toEqual({
      children: two(record),
      parent: null,
      friends: [record],
    });
  });

  it('are entities where they exist', async () => {
    const keys = [uuid(1), GONE, 'no key'].map((id) => `{ __typename: "Node", id: "${id}" }`).join(', ');
    const other = `{ __typename: "Secret", id: "${GONE}" }`;
    for (const [selection, record] of [
      ['__typename', { __typename: 'Node' }],
      ['... on Node { id }', { id: uuid(1) }],
      ['__typename @skip(if: true)', {}],
    ] as const) {
      expect(await read(`_entities(representations: [${keys}])`, selection)).toEqual([record, null, null]);
      const mixed = await read(`_entities(representations: [${other}, ${keys}])`, selection);
      expect(mixed).toEqual([null, record, null, null]);
    }
  });
});

describe('aggregates without numbers', () => {
  it.each([
    ['__typename', { __typename: 'NodeAggregate' }],
    ['count @include(if: false)', {}],
    ['sum { __typename }', { sum: { __typename: 'NodeAggregateSum' } }],
    ['avg { rank @skip(if: true) }', { avg: {} }],
    [
      'min { ... @skip(if: true) { rank } } max { __typename }',
      { min: {}, max: { __typename: 'NodeAggregateMinMax' } },
    ],
    ['countDistinct @skip(if: true) { rank }', {}],
  ])('answer %s', async (selection, numbers) => {
    expect(await read('nodesAggregate', selection)).toEqual(numbers);
    expect(await read('nodesAggregate(where: { name: { eq: "nobody" } })', selection)).toEqual(numbers);
    const related = `childrenAggregate { ${selection} } friendsAggregate { ${selection} }`;
    expect(await read(`node(id: "${uuid(1)}")`, related)).toEqual({
      childrenAggregate: numbers,
      friendsAggregate: numbers,
    });
  });

  it('still count where a number stands beside', async () => {
    expect(await read('nodesAggregate(where: { rank: { lte: 4 } })', 'sum { __typename } count')).toEqual({
      sum: { __typename: 'NodeAggregateSum' },
      count: 3,
    });
  });
});

describe('groups without values', () => {
  it.each([
    ['__typename', { __typename: 'NodeGroupByResult' }],
    ['key { __typename }', { key: { __typename: 'NodeGroupByValues' } }],
    ['key { rank @skip(if: true) } sum { __typename }', { key: {}, sum: { __typename: 'NodeAggregateSum' } }],
    ['count @skip(if: true)', {}],
  ])('answer %s', async (selection, group) => {
    expect(await read('nodesGroupBy(by: [{ field: rank }], limit: 2)', selection)).toEqual(two(group));
    const rare =
      'nodesGroupBy(by: [{ field: rank }], having: { count: { gt: 1 } }, orderBy: [{ count: DESC }])';
    expect(await read(rare, selection)).toEqual([group]);
  });
});

describe('pages without columns', () => {
  it.each([
    ['__typename', { __typename: 'NodeConnection' }],
    ['edges { __typename }', { edges: two({ __typename: 'NodeEdge' }) }],
    [
      'edges { cursor @skip(if: true) node { __typename } }',
      { edges: two({ node: { __typename: 'Node' } }) },
    ],
    ['nodes { id @skip(if: true) }', { nodes: two({}) }],
    ['pageInfo { __typename }', { pageInfo: { __typename: 'PageInfo' } }],
    [
      'pageInfo { hasNextPage @skip(if: true) } edges { __typename }',
      { pageInfo: {}, edges: two({ __typename: 'NodeEdge' }) },
    ],
    ['totalCount @include(if: false)', {}],
  ])('answer %s', async (selection, page) => {
    expect(await read('nodesConnection(first: 2)', selection)).toEqual(page);
    expect(await read('nodesConnection(last: 2)', selection)).toEqual(page);
    const related = await read(`node(id: "${uuid(1)}")`, `childrenConnection(first: 2) { ${selection} }`);
    expect(related).toEqual({ childrenConnection: page });
  });
});
