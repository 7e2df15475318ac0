import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { homeAnswer } from '../../src/http/home.ts';
import { ask } from '../support/http.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const JSON_CLIENT = { accept: 'application/json' };
let world: World;
let closed: World;
beforeAll(async () => {
  world = await createWorld();
  closed = await createWorld({ introspection: false });
  for (const one of [world, closed]) {
    await one.importApp('crm', documentOf('customer'));
    await one.importApp('shop', documentOf('product'));
  }
});
afterAll(async () => {
  await world.close();
  await closed.close();
});

const get = (url: string, headers: Record<string, string>) => fetch(`${url}/`, { headers });

describe('the page at the root', () => {
  it('leads a browser to each graph, to health and readiness, and to the documentation', async () => {
    const response = await get(world.url, BROWSER);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const html = await response.text();
    const links = [...html.matchAll(/href="(\/[^"]*)"/g)].map(([, path]) => path);
    expect(links).toEqual([
      '/graphql',
      '/apps/crm/graphql',
      '/apps/shop/graphql',
      '/admin/graphql',
      '/health',
      '/ready',
    ]);
    for (const path of links) {
      expect((await fetch(`${world.url}${path}`, { headers: BROWSER })).status, path).toBe(200);
    }
    expect(html).toContain('docs/front-end.md');
  });

  it('loads nothing from other hosts, and cannot be framed', async () => {
    const response = await get(world.url, BROWSER);
    expect(await response.text()).not.toMatch(/https?:\/\//);
    const policy = response.headers.get('content-security-policy');
    const graphiql = await fetch(`${world.url}/graphql`, { headers: BROWSER });
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toBe(graphiql.headers.get('content-security-policy'));
  });

  it('is JSON for anything else', async () => {
    for (const headers of [JSON_CLIENT, { accept: '*/*' }]) {
      const response = await get(world.url, headers);
      expect(response.headers.get('vary')).toMatch(/accept/i);
      expect(await response.json()).toMatchObject({
        graphs: [
          { graph: 'main', path: '/graphql', apps: null },
          { app: 'crm', path: '/apps/crm/graphql', apps: ['crm'] },
          { app: 'shop', path: '/apps/shop/graphql', apps: ['shop'] },
        ],
        health: '/health',
        login: '/auth/login',
      });
    }
  });

  it('writes names into HTML as text', () => {
    // No such name can be made; a page that relied on that would be one change away from a hole.
    const key = { kind: 'app', app: '<script>"&' as never } as const;
    const { body } = homeAnswer('text/html', { graphs: [{ key, apps: [] }], signIn: true });
    expect(String(body)).not.toContain('<script>');
    expect(String(body)).toContain('&lt;script&gt;&quot;&amp;');
  });
});

describe('the page at the root where introspection is off', () => {
  it.each([BROWSER, JSON_CLIENT])('names no app to strangers who ask for %o', async (headers) => {
    const response = await get(closed.url, headers);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).not.toMatch(/crm|shop/);
    expect(text).toContain('/health');
  });

  it('names them to an administrator', async () => {
    const authorization = `Bearer ${await closed.platformToken()}`;
    expect(await (await get(closed.url, { ...BROWSER, authorization })).text()).toContain(
      '/apps/shop/graphql',
    );
  });

  it('refuses a token that nobody has issued', async () => {
    expect((await get(closed.url, { ...JSON_CLIENT, authorization: 'Bearer made.up.token' })).status).toBe(
      401,
    );
  });
});

describe('a slash at the end of an address', () => {
  it.each(['/graphql', '/apps/crm/graphql', '/graphs/main/graphql'])(
    'changes no answer of %s',
    async (path) => {
      const query = { query: '{ __typename }' };
      const [plain, slashed] = [
        await ask(`${world.url}${path}`, query),
        await ask(`${world.url}${path}/`, query),
      ];
      expect([slashed.status, slashed.text]).toEqual([200, plain.text]);
      const page = await fetch(`${world.url}${path}/`, { headers: BROWSER, redirect: 'error' });
      expect(await page.text()).toContain('GraphiQL');
    },
  );

  it.each(['/health', '/ready', '/metrics'])('changes no answer of %s', async (path) => {
    const [plain, slashed] = await Promise.all(
      [path, `${path}/`].map((each) => fetch(`${world.url}${each}`, { redirect: 'error' })),
    );
    expect(slashed?.status).toBe(plain?.status);
    expect(slashed?.status).not.toBe(404);
  });

  it('changes nothing for signing in and for administration', async () => {
    const login = await fetch(`${world.url}/auth/login/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'error',
    });
    expect(login.status).toBe(400);
    const { errors } = await ask(`${world.url}/admin/graphql/`, { query: '{ apps { name } }' });
    expect(errors[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });

  it('is one slash', async () => {
    expect((await ask(`${world.url}/graphql//`, { query: '{ __typename }' })).status).toBe(404);
  });
});
