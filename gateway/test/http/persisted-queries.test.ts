import { hash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CRM, ONE } from '../support/operation-requests.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

const sha256 = (text: string) => hash('sha256', text, 'hex');
const extensionsOf = (sha256Hash: unknown) => ({
  clientLibrary: { name: '@apollo/client', version: '4.0.0' },
  persistedQuery: { version: 1, sha256Hash },
});

describe('a persisted query', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    await world.importApp('crm', documentOf('customer'));
  });
  beforeEach(() => {
    world.operations.length = 0;
  });
  afterAll(async () => {
    await world.close();
  });

  interface Parameters {
    readonly query?: string | null;
    readonly variables?: Record<string, unknown>;
    readonly extensions: unknown;
  }

  async function send(method: 'GET' | 'POST', parameters: Parameters) {
    const { query, variables, extensions } = parameters;
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    if (typeof query === 'string') search.set('query', query);
    if (variables !== undefined) search.set('variables', JSON.stringify(variables));
    const response = await fetch(`${world.url}${CRM}${method === 'GET' ? `?${search}` : ''}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: JSON.stringify(parameters) } : {}),
    });
    const { data, errors = [] } = JSON.parse(await response.text());
    const codes = errors.map((error: { extensions: { code: string } }) => error.extensions.code);
    return { status: response.status, headers: response.headers, data, errors, codes };
  }

  describe.each(['POST', 'GET'] as const)('by %s', (method) => {
    const other = method === 'POST' ? 'GET' : 'POST';

    it('asks for the text of an unknown hash as clients expect it, in every form of none', async () => {
      for (const query of [undefined, null, '']) {
        const answer = await send(method, {
          ...(query === undefined ? {} : { query }),
          extensions: extensionsOf(sha256(`nobody sent this by ${method}`)),
        });
        expect(answer.status).toBe(200);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.errors).toEqual([
          {
            message: 'PersistedQueryNotFound',
            extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', retryable: false },
          },
        ]);
      }
    });

    it('takes the text with its hash, then the hash alone, with other variables', async () => {
      const query = `query One($id: ID!) { customer(id: $id) { id } } # ${method}`;
      const extensions = extensionsOf(sha256(query));
      const ids = ['a', 'b', 'c', 'd'];
      const answers = [await send(method, { query, variables: { id: 'a' }, extensions })];
      for (const [by, id] of [[method, 'b'] as const, [other, 'c'] as const, [method, 'd'] as const]) {
        answers.push(await send(by, { variables: { id }, extensions }));
      }
      for (const { status, data } of answers) expect([status, data.customer.id]).toEqual([200, '1']);
      expect(world.operations.map(({ variables }) => variables?.['id'])).toEqual(ids);
      // The fast path serves them too: from the second on the shard gets the caller's own text.
      expect(world.operations.slice(1).map((operation) => operation.query)).toEqual([query, query, query]);
    });

    it('refuses a text of another hash, and does not keep it', async () => {
      const query = `${ONE} # mismatch by ${method}`;
      const extensions = extensionsOf(sha256(`${query}!`));
      const answer = await send(method, { query, extensions });
      expect([answer.status, ...answer.codes]).toEqual([400, 'BAD_REQUEST']);
      expect(answer.errors[0].message).toBe('provided sha does not match query');
      expect(world.operations).toEqual([]);
      for (const sha of [sha256(query), sha256(`${query}!`)]) {
        const { codes } = await send(method, { extensions: extensionsOf(sha) });
        expect(codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
      }
    });

    it('says that it does not know another version', async () => {
      for (const version of [2, '1', null, undefined]) {
        const extensions = { persistedQuery: { version, sha256Hash: sha256(ONE) } };
        const { status, errors } = await send(method, { query: ONE, extensions });
        expect(status).toBe(200);
        expect(errors).toEqual([
          {
            message: 'PersistedQueryNotSupported',
            extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', retryable: false },
          },
        ]);
      }
    });

    it.each([
      ['no object', { persistedQuery: 'x' }],
      ['a list', { persistedQuery: [1] }],
      ['no hash', { persistedQuery: { version: 1 } }],
      ['a hash that is no text', extensionsOf(5)],
    ])('refuses %s', async (_, extensions) => {
      const { status, codes } = await send(method, { query: ONE, extensions });
      expect([status, ...codes]).toEqual([400, 'BAD_REQUEST']);
    });

    it.each([
      ['nesting', '{a'.repeat(500), 'GRAPHQL_PARSE_FAILED'],
      ['tokens', `{${' a'.repeat(3_000)}}`, 'GRAPHQL_PARSE_FAILED'],
      ['root fields', `{${Array.from({ length: 51 }, (_, i) => `__typename @a${i}`).join(' ')}}`, null],
      ['what is no GraphQL', '{ customer', 'GRAPHQL_PARSE_FAILED'],
    ])('refuses and forgets a text that exceeds the limits: %s', async (name, query, code) => {
      const text = `${query} # ${name} by ${method}`;
      const extensions = extensionsOf(sha256(text));
      const { status, codes } = await send(method, { query: text, extensions });
      expect([status, ...codes]).toEqual([400, code ?? 'GRAPHQL_VALIDATION_FAILED']);
      expect((await send(method, { extensions })).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    });

    it('takes an empty extension for an ordinary request', async () => {
      const { status, data } = await send(method, { query: ONE, extensions: { persistedQuery: null } });
      expect([status, data.customer.id]).toEqual([200, '1']);
    });
  });

  it('changes nothing by GET, though the operation is known', async () => {
    const query = 'mutation { createCustomer(input: { name: "p" }) { customer { id } } }';
    const extensions = extensionsOf(sha256(query));
    for (const by of ['first', 'again']) {
      expect((await send('POST', { query, extensions })).status, by).toBe(200);
    }
    world.operations.length = 0;
    const { status, codes } = await send('GET', { extensions });
    expect([status, ...codes]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(world.operations).toEqual([]);
  });

  it('wants a header with GET that other pages cannot send, before it looks for the hash', async () => {
    const search = new URLSearchParams({ extensions: JSON.stringify(extensionsOf(sha256('unknown'))) });
    const statuses = await Promise.all(
      [{}, { 'apollo-require-preflight': '' }, { 'x-apollo-operation-name': 'A' }].map(
        async (headers: Record<string, string>) =>
          (await fetch(`${world.url}${CRM}?${search}`, { headers })).status,
      ),
    );
    expect(statuses).toEqual([400, 400, 200]);
  });

  it('does not offer them in the admin API', async () => {
    const response = await fetch(`${world.url}/admin/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await world.platformToken()}`,
      },
      body: JSON.stringify({ query: '{ __typename }', extensions: extensionsOf(sha256('{ __typename }')) }),
    });
    expect(await response.text()).toContain('PERSISTED_QUERY_NOT_SUPPORTED');
  });
});
