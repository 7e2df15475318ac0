/** Documents that pass a careless check and fail later: in DDL, in the SDL, or at the first write. */
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { composeGraph } from '../../src/graph/compose-graph.ts';
import { appName } from '../../src/ids.ts';
import {
  APP,
  entity,
  type JsonObject,
  KEY,
  manyToMany,
  model,
  oneToMany,
} from '../support/document-fixture.ts';

function faultPaths(document: JsonObject): string[] {
  const parsed = parseDocument({ version: 1, ...document }, APP);
  return parsed.ok ? [] : parsed.faults.map(({ path }) => path);
}

function oneEntity(field: JsonObject, extra: JsonObject = {}): JsonObject {
  return { entities: [entity('thing', [field])], ...extra };
}

describe('field names', () => {
  it.each(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])(
    'refuses %s, a column every table has',
    (name) => {
      expect(faultPaths(oneEntity({ name, type: 'int' }))).toEqual(['$.entities[0].fields[1].name']);
    },
  );

  it.each(['to_string', 'has_own_property', 'value_of', 'is_prototype_of', 'to_locale_string'])(
    'refuses %s, which every JavaScript object seems to have',
    (name) => {
      expect(faultPaths(oneEntity({ name, type: 'string' }))).toEqual(['$.entities[0].fields[1].name']);
    },
  );

  it('refuses system columns in join tables', () => {
    const relation = manyToMany('pairs', ['thing', 'thing'], { source_join_key: 'ctid' });
    const paths = faultPaths({ entities: [entity('thing')], relations: [relation] });
    expect(paths).toEqual(['$.relations[0].source_join_key']);
  });

  it.each([
    'node',
    'nodes',
    'edges',
    'errors',
    'links',
    'total_count',
    'key',
    'ordinal',
    'cursor',
    'typename',
    'oid',
  ])('takes %s, and the subgraph composes', (name) => {
    const of = model(oneEntity({ name, type: 'string' }));
    expect(composeGraph({ home: APP, members: new Map([[APP, of]]) })).toMatchObject({ ok: true });
  });
});

describe('names that a relation demands', () => {
  const named = (graphql: JsonObject, fields: readonly JsonObject[] = []) => ({
    entities: [entity('customer', fields), entity('order', [KEY('customer_id')])],
    relations: [oneToMany('orders', ['customer', 'order', 'customer_id'], { graphql })],
  });

  it('must leave room for the connection beside a list', () => {
    const document = named({ field: 'placed' }, [{ name: 'placed_connection', type: 'string' }]);
    expect(faultPaths(document)).toEqual(['$.relations[0].graphql.field']);
  });

  it('must not be the connection of another list', () => {
    const entities = [entity('customer'), entity('order', [KEY('a_id'), KEY('b_id')])];
    const relations = [
      oneToMany('r1', ['customer', 'order', 'a_id'], { graphql: { field: 'placed' } }),
      oneToMany('r2', ['customer', 'order', 'b_id'], { graphql: { field: 'placedConnection' } }),
    ];
    expect(faultPaths({ entities, relations })).toEqual(['$.relations[1].graphql.field']);
  });

  it('must not be a method of every object', () => {
    expect(faultPaths(named({ field: 'toString' }))).toEqual(['$.relations[0].graphql.field']);
  });

  it('must not be the transitions of a state machine', () => {
    const document = {
      ...named({ field: 'statusTransitions' }, [{ name: 'status', type: 'string' }]),
      state_machines: [
        {
          entity: 'customer',
          field: 'status',
          definition: { initial: 'a', transitions: [{ from: 'a', to: 'b' }] },
        },
      ],
    };
    expect(faultPaths(document)).toEqual(['$.relations[0].graphql.field']);
  });
});

describe('defaults', () => {
  it('must fit the scale of a decimal, since no create could use them otherwise', () => {
    const field = { name: 'price', type: 'decimal', precision: 2, default: 1.005 };
    expect(faultPaths(oneEntity(field))).toEqual(['$.entities[0].fields[1].default']);
    expect(faultPaths(oneEntity({ ...field, default: '1.500' }))).toEqual([]);
  });

  it('cannot be files, which are uploaded later than the document', () => {
    const field = { name: 'picture', type: 'file', default: '00000000-0000-4000-8000-000000000001' };
    expect(faultPaths(oneEntity(field))).toEqual(['$.entities[0].fields[1].default']);
  });

  it('cannot be empty where a value is required', () => {
    const field = { name: 'title', type: 'string', required: true, default: '' };
    expect(faultPaths(oneEntity(field))).toEqual(['$.entities[0].fields[1].default']);
  });
});

describe('sample rows', () => {
  it('need their slug where one is required: none is made for them', () => {
    const article: JsonObject = {
      ...entity('article', [
        { name: 'title', type: 'string' },
        { name: 'slug', type: 'string', unique: true, required: true },
      ]),
      slug: { field: 'slug', source: 'title' },
    };
    const paths = faultPaths({ entities: [article], sample_data: { article: [{ title: 'A' }] } });
    expect(paths).toEqual(['$.sample_data.article[0]']);
  });
});

describe('composition of documents with odd shapes', () => {
  const keyed = (name: string, type: string, key = 'code'): JsonObject => ({
    name,
    table: `${name}_rows`,
    primary_key: { field: key, type, generated: false },
    fields: [{ name: key, type, required: true }],
  });

  it('takes keys of every type and name, two relations between two entities, and relations to itself', () => {
    const entities = [
      keyed('country', 'string', 'iso'),
      {
        ...entity('city', [
          { name: 'iso', type: 'string' },
          { name: 'iso2', type: 'string' },
        ]),
        soft_delete: true,
      },
      {
        ...keyed('person', 'bigint'),
        fields: [
          { name: 'code', type: 'bigint' },
          { name: 'boss', type: 'bigint' },
        ],
      },
      {
        name: 'tick',
        table: 'tick',
        primary_key: { field: 'n', type: 'int', generated: true },
        fields: [{ name: 'n', type: 'int' }],
      },
    ];
    const relations = [
      oneToMany('a', ['country', 'city', 'iso']),
      oneToMany('b', ['country', 'city', 'iso2']),
      { ...oneToMany('c', ['person', 'person', 'boss']), type: 'one_to_one' },
      manyToMany('friends', ['person', 'person']),
    ];
    const of = model({ entities, relations });
    for (const home of [APP, null]) {
      expect(composeGraph({ home, members: new Map([[APP, of]]) })).toMatchObject({ ok: true });
    }
  });

  it('refuses whole what two apps would both call by one name', () => {
    const first = model({ entities: [entity('a_b')] }, appName('x'));
    const second = model({ entities: [entity('b')] }, appName('x_a'));
    const members = new Map([first, second].map((each) => [each.app, each]));
    expect(composeGraph({ home: null, members })).toMatchObject({ ok: false });
  });
});
