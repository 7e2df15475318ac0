import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, askOnce } from '../support/http.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await world.close();
});

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const CRM = '/apps/crm/graphql';
const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : new Uint8Array(body),
});
const query = (text: string, variables?: unknown) => post(JSON.stringify({ query: text, variables }));

interface Case {
  readonly name: string;
  readonly path: string;
  readonly init: RequestInit;
  readonly status: number;
  readonly code: string;
}

const CASES: Case[] = [
  { name: 'unknown path', path: '/nothing', init: {}, status: 404, code: 'NOT_FOUND' },
  {
    name: 'unknown app',
    path: '/apps/nobody/graphql',
    init: query('{__typename}'),
    status: 404,
    code: 'APP_NOT_FOUND',
  },
  {
    name: 'malformed app',
    path: '/apps/No-App/graphql',
    init: query('{__typename}'),
    status: 404,
    code: 'APP_NOT_FOUND',
  },
  {
    name: 'unknown graph',
    path: '/graphs/nobody/graphql',
    init: query('{__typename}'),
    status: 404,
    code: 'GRAPH_NOT_FOUND',
  },
  { name: 'method', path: CRM, init: { method: 'DELETE' }, status: 405, code: 'METHOD_NOT_ALLOWED' },
  { name: 'method of auth', path: '/auth/login', init: {}, status: 405, code: 'METHOD_NOT_ALLOWED' },
  { name: 'truncated JSON', path: CRM, init: post('{"query": "{__type'), status: 400, code: 'BAD_REQUEST' },
  {
    name: 'no UTF-8',
    path: CRM,
    init: post(Buffer.from([0x22, 0xff, 0x22])),
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'text/plain',
    path: CRM,
    init: post('{"query":"{__typename}"}', { 'content-type': 'text/plain' }),
    status: 415,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a form',
    path: CRM,
    init: post('query={__typename}', { 'content-type': 'application/x-www-form-urlencoded' }),
    status: 415,
    code: 'BAD_REQUEST',
  },
  ...[
    ['no media type', 'json'],
    ['a type that only begins like JSON', 'application/json-seq'],
    ['two types', 'application/json, text/plain'],
    ['JSON in another charset', 'application/json; charset="utf-16"'],
  ].map(([name = '', type = '']) => ({
    name,
    path: CRM,
    init: post('{"query":"{__typename}"}', { 'content-type': type }),
    status: 415,
    code: 'BAD_REQUEST',
  })),
  {
    name: 'too large',
    path: CRM,
    init: query(`{__typename} #${'x'.repeat(100_000)}`),
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  },
  { name: 'an array', path: CRM, init: post('[{"query":"{__typename}"}]'), status: 400, code: 'BAD_REQUEST' },
  {
    name: 'variables that nest without end',
    path: CRM,
    init: post(`{"query":"{__typename}","variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`),
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'such variables in the address',
    path: `${CRM}?query={__typename}&variables={"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}`,
    init: { headers: JSON_TYPE },
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a NUL in an e-mail',
    path: '/auth/login',
    init: post(JSON.stringify({ email: 'a\0@example.org', password: 'a password' })),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  { name: 'no query', path: CRM, init: post('{"variables":{}}'), status: 400, code: 'BAD_REQUEST' },
  { name: 'query of a wrong type', path: CRM, init: post('{"query":5}'), status: 400, code: 'BAD_REQUEST' },
  {
    name: 'malformed document',
    path: CRM,
    init: query('{ customers { id '),
    status: 400,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: 'unknown field',
    path: CRM,
    init: query('{ nothing }'),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'wrong variable',
    path: CRM,
    init: query('query ($id: ID!) { customer(id: $id) { id } }', { id: {} }),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'unknown operation',
    path: CRM,
    init: post('{"query":"query A {__typename}","operationName":"B"}'),
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'GET without a preflight',
    path: `${CRM}?query={__typename}`,
    init: {},
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'mutation by GET',
    path: `${CRM}?query=mutation{deleteCustomer(id:1){__typename}}`,
    init: { headers: JSON_TYPE },
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
  },
  { name: 'nesting', path: CRM, init: query('{a'.repeat(5_000)), status: 400, code: 'GRAPHQL_PARSE_FAILED' },
  {
    name: 'tokens',
    path: CRM,
    init: query(`{${' a'.repeat(3_000)}}`),
    status: 400,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    name: 'aliases',
    path: CRM,
    init: query(
      `{__typename ...F} fragment F on Query {${Array.from({ length: 101 }, (_, i) => `a${i}: __typename `).join('')}}`,
    ),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'depth',
    path: CRM,
    init: query(`{__schema${'{types{fields{type'.repeat(12)}{name}${'}}}'.repeat(12)}}`),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: 'login without e-mail',
    path: '/auth/login',
    init: post('{"password":"x"}'),
    status: 400,
    code: 'BAD_REQUEST',
  },
  { name: 'login with a list', path: '/auth/login', init: post('[]'), status: 400, code: 'BAD_REQUEST' },
];

describe('bad requests', () => {
  it.each(CASES)('$name: $status $code', async ({ path, init, status, code }) => {
    const response = await fetch(`${world.url}${path}`, init);
    const text = await response.text();
    expect({ status: response.status, code: JSON.parse(text).errors?.[0]?.extensions?.code }).toEqual({
      status,
      code,
    });
    expect(text).not.toMatch(/stack|node_modules|postgres|127\.0\.0\.1|serviceName/i);
    expect(response.headers.get('content-type')).toMatch(/json/);
    expect(response.headers.get('x-request-id')).toBeTruthy();
  });

  it('names the allowed methods', async () => {
    const response = await fetch(`${world.url}/health`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const options = await fetch(`${world.url}${CRM}`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
  });

  it('answers what is not HTTP and goes on', async () => {
    const { port, hostname } = new URL(world.url);
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write('NONSENSE\r\n\r\n'));
      socket.once('data', (data) => resolve(String(data)));
      socket.once('error', reject);
    });
    expect(reply).toMatch(/^HTTP\/1.1 400/);
    expect((await fetch(`${world.url}/health`)).status).toBe(200);
  });
});

describe('good requests', () => {
  it.each(['application/json;charset=utf8', 'Application/JSON ; Charset="UTF-8"', 'application/json;'])(
    'takes %s as JSON',
    async (type) => {
      const init = post('{"query":"{__typename}"}', { 'content-type': type });
      expect((await fetch(`${world.url}${CRM}`, init)).status).toBe(200);
    },
  );

  it('answers 200 with the errors to a client that names application/json', async () => {
    const { status, errors } = await ask(
      `${world.url}${CRM}`,
      { query: '{ nothing }' },
      { accept: 'application/json' },
    );
    expect([status, errors[0]?.extensions?.['code']]).toEqual([200, 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('echoes a request id', async () => {
    const response = await fetch(`${world.url}/health`, { headers: { 'x-request-id': 'abc-1' } });
    expect(response.headers.get('x-request-id')).toBe('abc-1');
  });

  it('is alive, ready and measured', async () => {
    const authorization = `Bearer ${await world.platformToken()}`;
    const [health, ready, metrics] = await Promise.all(
      ['/health', '/ready', '/metrics'].map((path) =>
        fetch(`${world.url}${path}`, path === '/metrics' ? { headers: { authorization } } : {}),
      ),
    );
    expect([health?.status, ready?.status]).toEqual([200, 200]);
    expect(await metrics?.text()).toContain('rocket_http_request_seconds_bucket');
  });

  it('shows its measurements to nobody without a token, and to everybody on their own port', async () => {
    const metricsToken = 'a token for the scraper';
    const metricsPort = await freePort();
    const measured = await createWorld({ metricsToken, metricsPort });
    const get = async (url: string, headers: Record<string, string> = {}) =>
      await fetch(`${url}/metrics`, { headers });
    const { url } = measured;
    const own = `http://127.0.0.1:${metricsPort}`;
    const answers = [
      await get(url),
      await get(url, { authorization: 'Bearer another token' }),
      await get(world.url, { authorization: `Bearer ${metricsToken}` }),
      await get(url, { authorization: `Bearer ${metricsToken}` }),
      await get(own),
      await fetch(`${own}/graphql`),
    ];
    const texts = await Promise.all(answers.map((each) => each.text()));
    await measured.close();
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 200, 200, 404]);
    expect(texts.map((text) => text.includes('rocket_http_request_seconds'))).toEqual([
      ...[false, false, false],
      ...[true, true, false],
    ]);
    await expect(fetch(own)).rejects.toThrow();
  });

  it('shows GraphiQL to a browser, with nothing from elsewhere', async () => {
    const page = await fetch(`${world.url}${CRM}`, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:/);
    const scripts = [...html.matchAll(/src="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(scripts).toHaveLength(6);
    for (const script of scripts) expect((await fetch(`${world.url}${script}`)).status).toBe(200);
    expect((await fetch(`${world.url}/graphiql/nothing.js`)).status).toBe(404);
  });

  it('answers a query and prefixes names outside of the home app', async () => {
    expect((await ask(`${world.url}${CRM}`, { query: '{ customer(id: "1") { id name } }' })).data).toEqual({
      customer: { id: '1', name: 'customer' },
    });
    expect((await ask(`${world.url}/graphql`, { query: '{ crmCustomer(id: "1") { id } }' })).data).toEqual({
      crmCustomer: { id: '1' },
    });
  });

  it('finishes a request in flight when it is closed', async () => {
    const own = await createWorld();
    await own.importApp('crm', documentOf('customer'));
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    own.intercept = async () => {
      arrive();
      await mayAnswer;
    };
    const answer = askOnce(`${own.url}${CRM}`, { query: '{ customer(id: "1") { id } }' });
    await arrived;
    const closed = own.close();
    letAnswer();
    expect((await answer).data).toEqual({ customer: { id: '1' } });
    await closed;
    await expect(fetch(`${own.url}/health`)).rejects.toThrow();
  });
});
