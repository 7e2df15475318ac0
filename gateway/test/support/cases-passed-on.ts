/** Operations that go to their shard word by word once they are known, with good answers and bad. */
import { hash } from 'node:crypto';
import {
  BOTH,
  type Case,
  CREATE,
  get,
  JSON_TYPE,
  ONE,
  post,
  withHeaders,
  withVariables,
} from './operation-requests.ts';

const good: Omit<Case, 'status' | 'passes'>[] = [
  { name: 'a query', query: ONE },
  { name: 'a mutation', query: CREATE },
  { name: 'aliases', query: '{ a: customer(id: "1") { key: id } b: customer(id: "2") { id } }' },
  {
    name: 'fragments',
    query: '{ customer(id: "1") { ...A ... on Customer { id } } } fragment A on Customer { name __typename }',
  },
  { name: 'the name of the root', query: '{ __typename customer(id: "1") { id } root: __typename }' },
  { name: 'what is always skipped', query: '{ customer(id: "1") { id name @skip(if: true) } }' },
  { name: 'variables', ...withVariables({ id: '2' }) },
  { name: 'variables that nobody declared', ...withVariables({ id: '2', more: [1] }) },
  {
    name: 'a directive',
    query: 'query ($yes: Boolean!) { a: customer(id: "1") { id name @include(if: $yes) } }',
    known: { variables: { yes: true } },
    request: (query) => post({ query, variables: { yes: false } }),
  },
  {
    name: 'the name of the operation',
    query: `query A ${ONE}`,
    known: { operationName: 'A' },
    request: (query) => post({ query, operationName: 'A' }),
  },
  {
    name: 'nulls for what is not given',
    query: ONE,
    request: (query) => post({ query, variables: null, operationName: null, extensions: null }),
  },
  {
    name: "the library that Apollo's clients name",
    query: ONE,
    request: (query) =>
      post({ query, extensions: { clientLibrary: { name: '@apollo/client', version: '4.0.0' } } }),
  },
  { name: 'GET', query: ONE, request: (query) => get(query, JSON_TYPE) },
  { name: 'HEAD', query: ONE, request: (query) => get(query, JSON_TYPE, 'HEAD') },
  {
    name: 'GET with variables',
    ...withVariables({ id: '2' }),
    request: (query) => {
      const { init, search } = get(query, { 'apollo-require-preflight': '1' });
      return { init, search: `${search}&variables=%7B%22id%22%3A%222%22%7D` };
    },
  },
  {
    name: 'a text with its hash',
    query: ONE,
    request: (query) => {
      const sha256Hash = hash('sha256', query, 'hex');
      return post({ query, extensions: { persistedQuery: { version: 1, sha256Hash } } });
    },
  },
  { name: 'parameters that do not exist', query: ONE, request: (query) => post({ query, id: 5 }) },
  { name: 'a page of another origin', query: ONE, ...withHeaders({ origin: 'https://shop.example' }) },
  ...[
    '*/*',
    'application/json',
    'application/graphql-response+json',
    'application/json, text/plain, */*',
    'multipart/mixed;deferSpec=20220824,application/json',
    'application/graphql-response+json, application/json;q=0.9',
  ].map((accept) => ({ name: `Accept: ${accept}`, query: ONE, ...withHeaders({ accept }) })),
];

const failing: Case[] = [
  { name: 'a wrong variable', ...withVariables({ id: {} }), status: 400, passes: true },
  {
    name: 'a wrong variable, for application/json',
    ...withVariables({ id: {} }, { accept: 'application/json' }),
    status: 200,
    passes: true,
  },
  { name: 'a missing variable', ...withVariables({}), status: 400, passes: true },
  { name: 'a forbidden record', ...withVariables({ id: 'forbidden' }), status: 200, passes: true },
  { name: 'a fault', ...withVariables({ id: 'broken' }), status: 200, passes: true },
  {
    name: 'an answer in part',
    query: '{ a: customer(id: "1") { id } b: customer(id: "forbidden") { id } __typename }',
    status: 200,
    passes: true,
  },
  {
    name: 'a dead shard',
    query: '{ __typename a: customer(id: "1") { id } customers { id } }',
    failure: { code: 'SHARD_UNAVAILABLE' },
    status: 503,
    passes: true,
  },
  {
    name: 'a dead shard, for the modern media type',
    query: ONE,
    ...withHeaders({ accept: 'application/graphql-response+json' }),
    failure: { code: 'SHARD_UNAVAILABLE' },
    status: 503,
    passes: true,
  },
  {
    name: 'a busy database',
    query: ONE,
    ...withHeaders({ accept: 'application/json' }),
    failure: { code: 'POOL_EXHAUSTED' },
    status: 503,
    passes: true,
  },
  {
    name: 'a mutation at a busy database',
    query: CREATE,
    failure: { code: 'POOL_EXHAUSTED' },
    status: 503,
    passes: true,
  },
  {
    name: 'a mutation at a dead shard',
    query: CREATE,
    failure: { code: 'SHARD_UNAVAILABLE' },
    status: 503,
    passes: true,
  },
  { name: 'a deadline', query: ONE, failure: { code: 'DEADLINE_EXCEEDED' }, status: 200, passes: true },
  {
    name: 'a fault of the shard',
    query: ONE,
    failure: { code: 'INTERNAL_ERROR' },
    status: 200,
    passes: true,
  },
  {
    name: 'an app that keeps moving',
    query: ONE,
    failure: { code: 'WRONG_EPOCH' },
    status: 503,
    passes: true,
  },
  {
    name: 'two dead shards',
    path: '/graphql',
    query: BOTH,
    failure: { code: 'SHARD_UNAVAILABLE' },
    status: 503,
    passes: false,
  },
  {
    name: 'one dead shard of two',
    path: '/graphql',
    query: BOTH,
    failure: { code: 'SHARD_UNAVAILABLE', app: 'shop' },
    status: 200,
    passes: false,
  },
];

export const PASSED_ON: readonly Case[] = [
  ...good.map((one) => ({ ...one, status: 200, passes: true })),
  ...failing,
];
