/** What an operation that is known does not spare the gateway to look at in full. */
import { BOTH, type Case, CREATE, get, JSON_TYPE, ONE, post, withVariables } from './operation-requests.ts';

const cases: Omit<Case, 'passes'>[] = [
  {
    name: 'introspection beside a field',
    query: '{ __schema { queryType { name } } customer(id: "1") { id } }',
    status: 200,
  },
  {
    name: 'two operations',
    query: `query A ${ONE} query B ${ONE}`,
    status: 200,
    request: (query) => post({ query, operationName: 'B' }),
  },
  { name: 'two apps', path: '/graphql', query: BOTH, status: 200 },
  {
    name: 'GET with a text beside a text',
    query: ONE,
    request: (query) => {
      const { init, search } = get(query, JSON_TYPE);
      return { init, search: `${search}&query=%7B__typename%7D` };
    },
    status: 400,
  },
  {
    name: 'GET with variables that are no object',
    query: ONE,
    request: (query) => {
      const { init, search } = get(query, JSON_TYPE);
      return { init, search: `${search}&variables=null` };
    },
    status: 400,
  },
  {
    name: 'GET with another content type',
    query: ONE,
    request: (query) => get(query, { 'content-type': 'application/xml' }),
    status: 415,
  },
  {
    name: 'GET that a page of another site could send',
    query: ONE,
    request: (query) => get(query, {}),
    status: 400,
  },
  { name: 'GET of a mutation', query: CREATE, request: (query) => get(query, JSON_TYPE), status: 405 },
  {
    name: 'a media type that nobody speaks',
    query: ONE,
    request: (query) => post({ query }, { accept: 'application/xml' }),
    status: 406,
  },
  { name: 'a batch', query: ONE, request: (query) => post([{ query }]), status: 400 },
  {
    name: 'a persisted query of another text',
    query: ONE,
    request: (query) => post({ query, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
    status: 400,
  },
  {
    name: 'extensions that are no object',
    query: ONE,
    request: (query) => post({ query, extensions: [1] }),
    status: 400,
  },
  {
    name: 'an unknown operation',
    query: `query A ${ONE}`,
    request: (query) => post({ query, operationName: 'B' }),
    status: 400,
  },
  {
    name: 'an operation without a name',
    query: ONE,
    request: (query) => post({ query, operationName: '' }),
    status: 400,
  },
  {
    name: 'a name that is no text',
    query: ONE,
    request: (query) => post({ query, operationName: 5 }),
    status: 400,
  },
  { name: 'variables as text', ...withVariables('{"id":"1"}'), status: 400 },
  { name: 'variables as a list', ...withVariables([1]), status: 400 },
  {
    name: 'another content type',
    query: ONE,
    request: (query) => post({ query }, { 'content-type': 'text/plain' }),
    status: 415,
  },
  {
    name: 'a bad token',
    query: ONE,
    request: (query) => post({ query }, { authorization: 'Bearer nonsense' }),
    status: 401,
  },
];

export const IN_FULL: readonly Case[] = cases.map((one) => ({ ...one, passes: false }));
