import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { createLogger } from '@rocket/platform';
import { graphRevisionId, isRawNumber, parseJson } from '@rocket/schema';
import type { GraphQLFormattedError } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARED_THREADS } from '../../../tests/harness/shared-threads.ts';
import { startGatewayServer } from '../../src/apollo/apollo-server.ts';
import type { GraphContext } from '../../src/graph-context.ts';
import { parse } from '../support/graphql.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@interfaceObject"])';
const { supergraphSdl = '' } = composeServices([
  {
    name: 'a',
    url: 'http://a.invalid',
    typeDefs: parse(`${LINK}
      type Query { thing: Thing things: [Thing!] certain: Thing! node: Node nodes: [Node!] found: Found media: [Media!] }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
      type Song implements Media @key(fields: "id") { id: ID! title: String artist: String }
      type Thing implements Node @key(fields: "id") {
        id: ID! count: Int name: String! tags: [String!] amount: Float flag: Boolean kind: Kind day: Date
        parts: [Part!] maybeParts: [Part] grid: [[Int!]!]
      }
      type Part implements Node { id: ID! size: Int! thing: Thing }
      interface Node { id: ID! }
      union Found = Thing | Part
      enum Kind { X Y }
      scalar Date`),
  },
  {
    name: 'b',
    url: 'http://b.invalid',
    typeDefs: parse(`${LINK}
      type Query { best: Media }
      type Thing @key(fields: "id") { id: ID! extra: String! more: Int }
      type Media @key(fields: "id") @interfaceObject { id: ID! rating: Int }`),
  },
]);

interface Canned {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}
/** What each subgraph answers with, whatever it is asked; a function throws. */
let canned: Readonly<Record<string, Canned>> = {};
/** What each of the two gateways has requested, ignoring the order of simultaneous requests. */
const asked = { ours: [] as string[], stock: [] as string[] };
function answerOf(name: string, by: keyof typeof asked, { query, variables, operationName }: Asking): Canned {
  asked[by].push(JSON.stringify({ name, query, variables, operationName }));
  const answer = canned[name];
  if (answer === undefined) throw new Error(`${name} is down`);
  return { ...answer, ...(answer.data ? { data: copy(answer.data) as Record<string, unknown> } : {}) };
}

interface Asking {
  readonly query?: string;
  readonly variables?: unknown;
  readonly operationName?: string | undefined;
}

/** As `structuredClone`, which numbers beyond doubles do not survive. */
function copy(value: unknown): unknown {
  return parseJson(JSON.stringify(value));
}

const { planner } = SHARED_THREADS;
let ours: ApolloServer<GraphContext>;
let stock: ApolloServer;
beforeAll(async () => {
  ({ server: ours } = await startGatewayServer({
    supergraphSdl,
    planner,
    introspection: false,
    logger: createLogger({ level: 'silent', name: 'test' }),
    formatError: (formatted) => formatted,
    buildDataSource: ({ name }) => ({ fetch: async (fetch) => answerOf(name, 'ours', fetch) }),
  }));
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  stock = new ApolloServer({
    gateway: new ApolloGateway({
      supergraphSdl,
      logger: silent,
      buildService: ({ name }) => ({
        process: async ({ request }) => answerOf(name, 'stock', request) as never,
      }),
    }),
    includeStacktraceInErrorResponses: false,
    logger: silent,
  });
  await stock.start();
});
afterAll(async () => {
  await ours.stop();
  await stock.stop();
});

function ignore(): undefined {
  return undefined;
}

const CONTEXT: GraphContext = {
  requestId: 'r',
  graph: graphRevisionId('0'.repeat(32)),
  deadlineAtMs: Number.POSITIVE_INFINITY,
  callerFor: () => ({ userId: null, email: null, roles: [], isAdmin: false }),
  forwardedHeaders: {},
};

type Answer = Awaited<ReturnType<ApolloServer['executeOperation']>>;
function resultOf({ body }: Answer) {
  if (body.kind !== 'single') throw new Error('an answer in parts');
  return body.singleResult;
}

async function answers(query: string, variables: Record<string, unknown> = {}) {
  asked.ours = [];
  asked.stock = [];
  const mine = await ours.executeOperation({ query, variables }, { contextValue: CONTEXT });
  const theirs = await stock.executeOperation({ query, variables });
  return { mine: comparable(mine), theirs: comparable(theirs) };
}

function comparable(answer: Answer): unknown {
  const { data, errors, extensions } = resultOf(answer);
  return JSON.parse(JSON.stringify({ data, errors, extensions, status: answer.http.status ?? 200 }));
}

const WHOLE = `{ thing { id count name tags amount flag kind day parts { size } grid } }`;
const thing = (fields: Record<string, unknown>): Record<string, Canned> => ({
  a: { data: { thing: { __typename: 'Thing', id: '1', name: 'n', ...fields } } },
});

const CASES: { name: string; query: string; canned: Record<string, Canned> }[] = [
  { name: 'nothing but keys', query: WHOLE, canned: thing({}) },
  { name: 'null where none may be', query: WHOLE, canned: thing({ name: null }) },
  { name: 'null in a list of values', query: WHOLE, canned: thing({ tags: ['a', null] }) },
  { name: 'null deep in a list of lists', query: WHOLE, canned: thing({ grid: [[1], [2, null]] }) },
  { name: 'a fraction for an integer', query: WHOLE, canned: thing({ count: 1.5, amount: 1.5 }) },
  { name: 'text for a number', query: WHOLE, canned: thing({ count: '1', amount: '2' }) },
  { name: 'a number for text', query: WHOLE, canned: thing({ name: 3, id: 4 }) },
  { name: 'a value that an enum does not have', query: WHOLE, canned: thing({ kind: 'Z' }) },
  {
    name: 'good values',
    query: WHOLE,
    canned: thing({ kind: 'X', flag: false, day: { any: [1] }, count: 3 }),
  },
  { name: 'an object for a value', query: WHOLE, canned: thing({ count: {} }) },
  { name: 'a list for a value', query: WHOLE, canned: thing({ flag: [true] }) },
  {
    name: 'nulls in a list of objects',
    query: '{ thing { parts { size } maybeParts { size } } }',
    canned: thing({ parts: [{ size: 1 }, { size: null }], maybeParts: [{ size: 1 }, { size: null }, null] }),
  },
  {
    name: 'null at the root where none may be',
    query: '{ certain { id } thing { id } }',
    canned: { a: { data: { certain: null } } },
  },
  { name: 'no data', query: '{ thing { id } }', canned: { a: { data: null } } },
  {
    name: 'errors without a code, a path or a message',
    query: '{ thing { id } }',
    canned: { a: { data: null, errors: [{ message: 'no' }, { message: '', path: ['thing'] }] } },
  },
  {
    name: 'errors with codes',
    query: '{ thing { id } }',
    canned: {
      a: {
        data: { thing: null },
        errors: [
          { message: 'no', path: ['thing'], extensions: { code: 'FORBIDDEN', more: 1 } },
          { message: 'no', path: ['thing'], extensions: { code: 'INVALID_GRAPHQL' } },
        ],
      },
    },
  },
  { name: 'a subgraph that is down', query: '{ thing { id } }', canned: {} },
  { name: 'an entity whose subgraph is down', query: '{ thing { id more } }', canned: thing({}) },
  {
    name: 'an entity that lacks what may not be null',
    query: '{ thing { id extra more } }',
    canned: { ...thing({}), b: { data: { _entities: [{ more: 1 }] } } },
  },
  {
    name: 'too few entities',
    query: '{ things { id more } }',
    canned: {
      a: {
        data: {
          things: [
            { __typename: 'Thing', id: '1' },
            { __typename: 'Thing', id: '2' },
          ],
        },
      },
      b: { data: { _entities: [{ more: 1 }] } },
    },
  },
  {
    name: 'null entities with errors',
    query: '{ x: things { id more } }',
    canned: {
      a: {
        data: {
          x: [
            { __typename: 'Thing', id: '1' },
            { __typename: 'Thing', id: '2' },
          ],
        },
      },
      b: {
        data: { _entities: [{ more: 1 }, null] },
        errors: [
          { message: 'gone', path: ['_entities', 1, 'more'] },
          { message: 'odd', path: ['_entities'] },
        ],
      },
    },
  },
  {
    name: 'entities of an interface that one subgraph takes for a type',
    query: '{ media { id title rating ... on Film { minutes } ... on Song { artist } } }',
    canned: {
      a: {
        data: {
          media: [
            { __typename: 'Film', id: '1', title: 'f', minutes: 90 },
            { __typename: 'Song', id: '2', title: 's', artist: 'a' },
          ],
        },
      },
      b: { data: { _entities: [{ rating: 5 }, { rating: null }] } },
    },
  },
  {
    name: 'an entity whose type another subgraph has to tell',
    query: '{ best { __typename rating ... on Film { minutes } ... on Song { artist title } } }',
    canned: {
      b: { data: { best: { __typename: 'Media', id: '2', rating: 4 } } },
      a: { data: { _entities: [{ __typename: 'Song', artist: 'a', title: 's' }] } },
    },
  },
  {
    name: 'entities of which one lacks its key',
    query: '{ things { id more } }',
    canned: {
      a: { data: { things: [{ __typename: 'Thing' }, { __typename: 'Thing', id: '2' }, { id: '3' }] } },
      b: { data: { _entities: [{ more: 2 }] } },
    },
  },
  {
    name: 'a type that callers do not know',
    query: '{ node { id } nodes { id ... on Part { size } } }',
    canned: {
      a: {
        data: { node: { __typename: 'Other', id: '1' }, nodes: [{ __typename: 'Part', id: '2', size: 1 }] },
      },
    },
  },
  {
    name: 'a union with an object that says no type',
    query: '{ found { __typename ... on Part { size } } }',
    canned: { a: { data: { found: { size: 1 } } } },
  },
];

describe('answers of subgraphs', () => {
  it.each(CASES)('are told as a stock gateway tells them: $name', async ({ query, ...given }) => {
    canned = given.canned;
    const { mine, theirs } = await answers(query);
    expect(mine).toEqual(theirs);
    expect(asked.ours.sort()).toEqual(asked.stock.sort());
  });

  it.each([
    ['a value for a list', '{ things { id } node { id } }', { things: 'x' }, 'things'],
    ['an object for a list', '{ things { id more } node { id } }', { things: {} }, 'things'],
    ['a value for an object', '{ thing { id more } node { id } }', { thing: 'x' }, 'thing'],
    ['a list for an object', '{ thing { id more } node { id } }', { thing: [] }, 'thing'],
  ])('are null where they are of another kind: %s', async (_name, query, data, key) => {
    canned = { a: { data: { ...data, node: { __typename: 'Part', id: '1' } } } };
    const answer = await ours.executeOperation({ query }, { contextValue: CONTEXT });
    expect(comparable(answer)).toMatchObject({
      // A stock gateway has no answer at all, and blames the caller.
      data: { [key]: null, node: { id: '1' } },
      extensions: {
        valueCompletion: [{ message: `Invalid value found for field Query.${key}.`, path: [key] }],
      },
    });
  });

  it('keep numbers that a double cannot hold', async () => {
    const exact = parseJson('12345678901234567890.12345678901234567890');
    const whole = parseJson('12345678901234567890');
    expect(isRawNumber(exact)).toBe(true);
    canned = {
      ...thing({ id: whole, amount: exact, day: { of: [exact] } }),
      b: { data: { _entities: [{ __typename: 'Thing', id: whole, extra: 'e', more: 1 }] } },
    };
    const query = '{ thing { id amount day more } }';
    const { data, errors } = resultOf(await ours.executeOperation({ query }, { contextValue: CONTEXT }));
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toBe(
      '{"thing":{"id":12345678901234567890,"amount":12345678901234567890.12345678901234567890,"day":{"of":[12345678901234567890.12345678901234567890]},"more":1}}',
    );
  });

  it('are not asked for under variables of a name that subgraphs use', async () => {
    canned = thing({});
    const query = 'query ($representations: Boolean!) { thing { id more @include(if: $representations) } }';
    const answer = await ours.executeOperation(
      { query, variables: { representations: true } },
      { contextValue: CONTEXT },
    );
    expect(resultOf(answer).data).toEqual({ thing: { id: '1', more: null } });
  });

  it('are not asked for when variables do not fit', async () => {
    const query = 'query ($with: Boolean!) { thing @include(if: $with) { id } }';
    const { mine, theirs } = await answers(query, { with: 'yes' });
    expect(mine).toEqual(theirs);
    expect(mine).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});
