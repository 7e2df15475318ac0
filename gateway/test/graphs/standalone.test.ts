import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { createLogger } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSupergraphGateway, type Gateway } from '../../src/index.ts';
import { ask } from '../support/http.ts';
import { type Subgraphs, startSubgraphs } from '../support/subgraphs.ts';

let subgraphs: Subgraphs;
let gateway: Gateway;
let stock: ApolloServer;
let url: string;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
  gateway = await createSupergraphGateway({
    supergraphSdl: subgraphs.supergraphSdl,
    config: { introspection: true, maxBodyBytes: 100_000, requestTimeoutMs: 10_000 },
    logger: createLogger({ level: 'silent', name: 'test' }),
  });
  url = `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}/graphql`;
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  stock = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl: subgraphs.supergraphSdl, logger: silent }),
    introspection: true,
    logger: silent,
  });
  await stock.start();
});
afterAll(async () => {
  await gateway.close();
  await stock.stop();
  await subgraphs.close();
});

function ignore(): undefined {
  return undefined;
}

interface Outcome {
  readonly data: unknown;
  readonly errors: readonly { message: string; path: unknown }[];
}

async function ours(query: string, variables: Record<string, unknown>): Promise<Outcome> {
  const { data, errors } = await ask(url, { query, variables });
  return outcome(data, errors);
}

async function theirs(query: string, variables: Record<string, unknown>): Promise<Outcome> {
  const { body } = await stock.executeOperation({ query, variables });
  if (body.kind !== 'single') throw new Error('an answer in parts');
  return outcome(body.singleResult.data, body.singleResult.errors ?? []);
}

function outcome(data: unknown, errors: readonly { message: string; path?: unknown }[]): Outcome {
  return {
    data: data === undefined ? undefined : JSON.parse(JSON.stringify(data)),
    errors: errors.map(({ message, path }) => ({ message, path: path ?? null })),
  };
}

const CASES: { name: string; query: string; variables?: Record<string, unknown> }[] = [
  {
    name: 'an interface',
    query: '{ products { __typename id name ... on Book { pages } ... on Game { players } } }',
  },
  {
    name: 'a union',
    query:
      '{ a: found(id: "b1") { ... on Book { name } ... on Game { players } } b: found(id: "g1") { __typename ... on Game { name } } }',
  },
  { name: 'null in a union', query: '{ found(id: "nothing") { __typename } }' },
  { name: '@requires', query: '{ products { ... on Book { id shipping } } }' },
  { name: '@provides', query: '{ reviews { id author { name } } }' },
  {
    name: 'an entity across three subgraphs',
    query: '{ products { id ... on Book { reviews { text author { id name city } } shipping } } }',
  },
  { name: 'a null entity', query: '{ reviews { author { id city } } }' },
  { name: 'a dangling reference', query: '{ reviews { about { id name } } }' },
  { name: 'an error in an entity', query: '{ products { ... on Book { id stock } } }' },
  { name: 'an error in a root field', query: '{ broken products { id } }' },
  { name: 'an error in a field that may not be null', query: '{ strict products { id } }' },
  {
    name: 'variables, aliases and fragments',
    query:
      'query Q($t: String!, $with: Boolean!) { x: echo(text: $t) ...F } fragment F on Query { products @include(if: $with) { id } me { city } }',
    variables: { t: 'hi', with: false },
  },
  {
    name: 'a mutation',
    query: 'mutation { rename(id: "b1", name: "New") { name shipping reviews { id } } }',
  },
  {
    name: 'entities in lists of lists',
    query: '{ shelves { id reviews { text author { city } } shipping } }',
  },
  {
    name: 'entities of one type of a union, with nulls among them',
    query:
      '{ all { __typename ... on Book { shipping reviews { id } } ... on Game { reviews { id author { city } } } } }',
  },
  { name: 'a chain of @requires', query: '{ products { ... on Book { cost: price name } } }' },
  {
    name: 'a chain of @requires below an entity',
    query: '{ reviews { of: about { price title: name again: name } } }',
  },
  {
    name: 'entities under several aliases',
    query:
      '{ a: products { ... on Book { s: shipping t: shipping } } b: products { kind: __typename ... on Book { r: reviews { i: id } } } }',
  },
  {
    name: 'fields that are asked for several times',
    query:
      '{ reviews { author { id } author { ...U } about { ... on Book { id } } about { reviews { id } } } me { ...U ...U } } fragment U on User { name city }',
  },
  {
    name: 'fragments on interfaces within fragments',
    query:
      '{ products { ... on Product { ... on Book { pages shipping } ... on Product { name } } } found(id: "b1") { ... on Product { id ... on Book { reviews { id } } } } }',
  },
  ...[true, false].map((with_) => ({
    name: `conditions that are ${with_}`,
    query:
      'query ($with: Boolean!, $d: Boolean = true) { reviews { id @skip(if: $with) author @include(if: $with) { city @include(if: $d) id } ... @skip(if: $with) { about { name shipping } } } }',
    variables: { with: with_ },
  })),
  { name: 'conditions that leave nothing', query: '{ me @skip(if: true) { city } }' },
  {
    name: 'errors of several entities',
    query: '{ reviews { about { stock } } b: products { ... on Book { stock shipping } } }',
  },
  {
    name: 'mutations in series over two subgraphs',
    query:
      'mutation { a: rename(id: "b1", name: "New") { name shipping } b: move(city: "Rome") { name city } c: rename(id: "b2", name: "Newer") { name stock } }',
  },
  {
    name: 'a key that objects have by nature',
    query: '{ products { __proto__: id constructor: name toString: __typename ... on Book { shipping } } }',
  },
  {
    name: 'introspection',
    query:
      '{ __schema { queryType { fields { name } } } __type(name: "Book") { fields { name type { kind name } } } }',
  },
  { name: 'the name of the root', query: '{ __typename }' },
  { name: 'an unknown field', query: '{ nothing }' },
  { name: 'a missing variable', query: 'query ($t: String!) { echo(text: $t) }' },
  { name: 'a malformed document', query: '{ products { ' },
];

describe('a finished supergraph', () => {
  it.each(CASES)('answers as a stock gateway does: $name', async ({ query, variables = {} }) => {
    expect(await ours(query, variables)).toEqual(await theirs(query, variables));
  });

  it('tells an error at the entity that it is of, where others were not asked for', async () => {
    const { data, errors } = await ours('{ all { ... on Book { stock } } }', {});
    expect(data).toEqual({ all: [{}, null, { stock: 7 }, { stock: null }] });
    // A stock gateway counts the game too, and names the book before it.
    expect(errors).toEqual([{ message: 'no stock known', path: ['all', 3, 'stock'] }]);
  });

  it('tells nothing of its inside', async () => {
    const { text } = await ask(url, { query: '{ broken }' });
    expect(text).toContain('broken on purpose');
    expect(text).not.toMatch(/serviceName|stack|127\.0\.0\.1|node_modules/);
  });

  it('forwards the token and no other header', async () => {
    const { data } = await ask(url, { query: '{ header }' }, { authorization: 'Bearer abc' });
    expect(data).toEqual({ header: 'Bearer abc' });
  });

  it('has no login and no other graphs', async () => {
    const origin = new URL(url).origin;
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    expect((await fetch(`${origin}/ready`)).status).toBe(200);
    expect((await ask(`${origin}/apps/crm/graphql`, { query: '{__typename}' })).status).toBe(404);
    expect((await fetch(`${origin}/auth/login`, { method: 'POST' })).status).toBe(404);
  });

  it('has a page at the root that shows its one graph', async () => {
    const origin = new URL(url).origin;
    const html = await (await fetch(`${origin}/`, { headers: { accept: 'text/html' } })).text();
    expect(html).toContain('href="/graphql"');
    expect(html).not.toMatch(/\/admin\/|no apps/);
  });

  // Last, since the subgraph stays down.
  it('answers what a failing subgraph leaves, as a stock gateway does', async () => {
    await subgraphs.servers.shipping.close();
    for (const query of [
      '{ products { id ... on Book { shipping } } }',
      '{ me { city } products { id } }',
      '{ me { city } }',
    ]) {
      const [mine, stocks] = [await ours(query, {}), await theirs(query, {})];
      expect(mine.data).toEqual(stocks.data);
      expect(mine.errors.map((error) => error.path)).toEqual(stocks.errors.map((error) => error.path));
      expect(mine.errors[0]?.message).toBe('Subgraph shipping does not answer');
    }
  });
});
