/** A shard validates no SDL, as it makes all of it: so what it makes is validated here, and compared with Apollo's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type AppModel, appName, type GraphModels, subgraphSdl } from '@rocket/schema';
import {
  type GraphQLSchema,
  getNamedType,
  graphql,
  isIntrospectionType,
  isObjectType,
  isUnionType,
  lexicographicSortSchema,
  parse,
  printType,
  validateSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSubgraph } from '../../src/apps/subgraph.ts';
import { entity, parseApp } from '../support/write-app.ts';

const EXAMPLES = ['crm', 'ecommerce', 'helpdesk'].map((name) => {
  const text = readFileSync(join(import.meta.dirname, `../../../examples/${name}.json`), 'utf8');
  return parseApp(JSON.parse(text), name).model;
});

/** Texts that end a string or a comment, or have to be escaped. */
const DESCRIPTIONS = ['"', '"""', '\\', '\\"""', 'a\nb\r\n\u2028', '\u0001\u007f', '# {', ' ', '😀'];
/** Words of the SDL's grammar, and names that its types and operations give a meaning. */
const FIELDS = ['type', 'input', 'extend', 'union', 'on', 'fragment', 'node', 'nodes', 'errors', 'key'];
/** Not all are names in GraphQL; one fault makes all of a field plain text. */
const ENUMS = [
  ['on', 'type', 'fragment', 'query'],
  ['true', 'null'],
  ['__typename', 'a'],
  ['in progress', '"""', '} type X {'],
];

const HOSTILE = parseApp(
  {
    version: 1,
    exports: ['type'],
    entities: [
      ...['type', 'schema', 'input', 'service', 'entity', 'any'].map((name) =>
        entity(name, [
          ...FIELDS.map((field) => ({ name: field, type: 'string' })),
          ...ENUMS.map((values, index) => ({ name: `enum_${index}`, type: 'string', enum: values })),
        ]),
      ),
      entity(
        'described',
        DESCRIPTIONS.map((description, index) => ({ name: `f${index}`, type: 'string', description })),
        { description: DESCRIPTIONS.join('') },
      ),
      ...DESCRIPTIONS.map((description, index) => entity(`described_${index}x`, [], { description })),
    ],
    relations: [
      { name: 'all', type: 'many_to_many', source: 'type', target: 'schema' },
      { name: 'self', type: 'many_to_many', source: 'type', target: 'type' },
    ].map((relation) => ({
      ...relation,
      ...{ join_table: `${relation.name}_pairs`, source_join_key: 'source_id', target_join_key: 'target_id' },
    })),
  },
  'hostile',
).model;

/** Adds fields to an entity of another app. */
const ADDING = parseApp(
  {
    version: 1,
    entities: [entity('note', [{ name: 'type_id', type: 'uuid' }])],
    relations: [
      { name: 'notes', type: 'one_to_many', source: 'hostile.type', target: 'note', target_key: 'type_id' },
    ],
  },
  'adding',
).model;

const EMPTY = parseApp({ version: 1, entities: [] }, 'empty').model;

function graphOf(home: string | null, members: readonly AppModel[]): GraphModels {
  return {
    home: home === null ? null : appName(home),
    members: new Map(members.map((each) => [each.app, each])),
  };
}

const CASES = [EXAMPLES, [HOSTILE, ADDING, EMPTY]].flatMap((members) =>
  [null, ...members.map(({ app }) => app)].flatMap((home) =>
    members.map((model) => ({
      app: model.app,
      home: home ?? 'no app',
      model,
      graph: graphOf(home, members),
    })),
  ),
);

/**
 * All types by name, as SDL; but for those that only describe federation's directives. Apollo's descriptions go through
 * block strings, where every line ends alike.
 */
function typesOf(schema: GraphQLSchema): Record<string, string> {
  const types = Object.values(lexicographicSortSchema(schema).getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !/^(federation|link)__/.test(type.name))
    .map((type) => [type.name, printType(type).replaceAll('\\r\\n', '\\n')]);
  return Object.fromEntries(types);
}

/** Names of the types that only subscriptions have. Gateways resolve them, so no shard has a part of them. */
function typesOfChanges(schema: GraphQLSchema): string[] {
  const subscription = schema.getSubscriptionType();
  const changes = Object.values(subscription?.getFields() ?? {}).map(({ type }) => getNamedType(type));
  const previous = changes.map((type) =>
    isObjectType(type) ? getNamedType(type.getFields()['previous']?.type) : undefined,
  );
  const own = [subscription, schema.getType('ChangeOperation'), ...changes, ...previous];
  return own.flatMap((type) => (type == null ? [] : [type.name]));
}

describe('the schema that a shard executes', () => {
  it.each(CASES)(
    'of $app in the graph of $home is valid, and the one Apollo builds but for subscriptions',
    async ({ model, graph }) => {
      const { schema } = await buildSubgraph(model, graph);
      const reference = buildSubgraphSchema([{ typeDefs: parse(subgraphSdl(model, graph)) }]);
      // A part of another entity has no subscription.
      const told = [...model.entities.values()].filter(({ origin }) => origin !== 'engine_part');
      const size = told.length;
      const notExecuted = new Set(typesOfChanges(reference));
      expect(notExecuted.size).toBe(size === 0 ? 0 : 2 + 2 * size);
      const executed = Object.entries(typesOf(reference)).filter(([name]) => !notExecuted.has(name));
      expect(typesOf(schema)).toEqual(Object.fromEntries(executed));
      expect(validateSchema(reference)).toEqual([]);
    },
  );

  it('has the entities of the app, and those of others that it adds to, as what a gateway asks by key', async () => {
    const { schema } = await buildSubgraph(ADDING, graphOf(null, [HOSTILE, ADDING]));
    const union = schema.getType('_Entity');
    expect(isUnionType(union) && union.getTypes().map(({ name }) => name)).toEqual([
      'AddingNote',
      'HostileType',
    ]);
  });

  it('tells its SDL, under any name', async () => {
    const graph = graphOf('crm', EXAMPLES);
    for (const model of EXAMPLES) {
      const { schema } = await buildSubgraph(model, graph);
      const { data } = await graphql({ schema, source: '{ a: _service { __typename sdl text: sdl } }' });
      const sdl = subgraphSdl(model, graph);
      expect(data).toEqual({ a: { __typename: '_Service', sdl, text: sdl } });
    }
  });
});

describe('building the schema of a large app', () => {
  const ENTITIES = 200;
  const LONGEST_STOP_MS = 250;

  it('never stops the event loop for long', async () => {
    const names = Array.from({ length: ENTITIES }, (_, index) => `e${index}x`);
    const values = ['string', 'int', 'decimal', 'timestamp'].flatMap((type) =>
      [0, 1].map((index) => ({ name: `${type}_${index}`, type })),
    );
    const { model } = parseApp({
      version: 1,
      entities: names.map((name) => entity(name, [...values, { name: 'parent_id', type: 'uuid' }])),
      relations: names.slice(1).map((name, index) => ({
        ...{ name: `r${index}`, type: 'one_to_many', source: `e${index}x`, target: name },
        target_key: 'parent_id',
      })),
    });
    let isBuilt = false;
    const building = buildSubgraph(model, graphOf(model.app, [model])).finally(() => {
      isBuilt = true;
    });
    let longestMs = 0;
    let turns = 0;
    // Processor time of this thread: what else the machine does is not counted.
    for (let last = process.threadCpuUsage(); !isBuilt; turns++) {
      await nextTurn();
      const { user, system } = process.threadCpuUsage(last);
      longestMs = Math.max(longestMs, (user + system) / 1_000);
      last = process.threadCpuUsage();
    }
    const { schema } = await building;
    expect(schema.getQueryType()?.getFields()).toHaveProperty('e199x');
    expect(turns).toBeGreaterThan(ENTITIES);
    expect(longestMs).toBeLessThan(LONGEST_STOP_MS);
  });
});
