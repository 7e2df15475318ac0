import { runInNewContext } from 'node:vm';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphiql } from '../src/http/graphiql.ts';
import { ask } from './support/http.ts';
import { ADMIN, createWorld, documentOf, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await world.close();
});

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

type Fetcher = (
  parameters: { query: string },
  options?: { headers?: Record<string, string> },
) => Promise<{ data?: unknown; errors?: readonly { extensions: { code: string } }[] }>;

interface Page {
  readonly fetcher: Fetcher;
  /** Paths that the page has asked for, with the Authorization header. */
  readonly requests: { readonly path: string; readonly authorization: string | null }[];
  readonly storage: Map<string, string>;
}

/** Runs the page's own program as a browser would, without the window: its requests go to the gateway. */
async function openPage(pathname: string): Promise<Page> {
  const program = await (await fetch(`${world.url}/graphiql/start.js`)).text();
  const requests: Page['requests'] = [];
  const storage = new Map<string, string>();
  const started = Promise.withResolvers<Fetcher>();
  runInNewContext(program, {
    Headers,
    location: { pathname },
    document: { querySelector: () => null },
    sessionStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    },
    fetch: (path: string, init: RequestInit) => {
      requests.push({ path, authorization: new Headers(init.headers).get('authorization') });
      return fetch(`${world.url}${path}`, init);
    },
    YogaGraphiQL: {
      renderYogaGraphiQL: (_root: unknown, { fetcher }: { fetcher: Fetcher }) => started.resolve(fetcher),
    },
  });
  return { fetcher: await started.promise, requests, storage };
}

async function platformSession(expiresAtMs: number): Promise<string> {
  const response = await fetch(`${world.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  const tokens = (await response.json()) as { accessToken: string; refreshToken: string };
  return JSON.stringify({ app: null, email: ADMIN.email, ...tokens, expiresAtMs });
}

describe('the GraphiQL page', () => {
  it.each(['/graphql', '/apps/crm/graphql', '/admin/graphql'])('offers to sign in at %s', async (path) => {
    const html = await (await fetch(`${world.url}${path}`, { headers: BROWSER })).text();
    expect(html).toMatch(/<form id="session">/);
    expect(html).toMatch(/type="password"[^>]*autocomplete="current-password"/s);
  });

  it('offers nothing of the kind where there is no login', () => {
    expect(String(createGraphiql({ signIn: false }).page().body)).not.toContain('<form');
  });

  it.each(['start.js', 'page.css', 'workers.js'])('names no other host in %s', async (name) => {
    const response = await fetch(`${world.url}/graphiql/${name}`);
    expect(response.status).toBe(200);
    expect(await response.text()).not.toMatch(/https?:\/\//);
  });

  it('can read the schema without a token, with all that documentation shows', async () => {
    const query = getIntrospectionQuery({
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    });
    const { fetcher } = await openPage('/apps/crm/graphql');
    const answer = await fetcher({ query }, { headers: { Authorization: '' } });
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer.data)).toContain('"name":"Customer"');
  });
});

describe('the session of the page', () => {
  const KEY = 'rocket-session:/admin/graphql';
  const apps = { query: '{ apps { name } }' };

  it('goes with each request, unless somebody has typed a token', async () => {
    const { fetcher, storage } = await openPage('/admin/graphql');
    expect((await fetcher(apps)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    storage.set(KEY, await platformSession(Date.now() + 600_000));
    expect(await fetcher(apps, { headers: { Authorization: ' ' } })).toEqual({
      data: { apps: [{ name: 'crm' }] },
    });
    const typed = await fetcher(apps, { headers: { authorization: 'Bearer typed' } });
    expect(typed.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('is renewed once for all requests when its token expires', async () => {
    const { fetcher, storage, requests } = await openPage('/admin/graphql');
    storage.set(KEY, await platformSession(Date.now()));
    const answers = await Promise.all([fetcher(apps), fetcher(apps), fetcher(apps)]);
    for (const answer of answers) expect(answer).toEqual({ data: { apps: [{ name: 'crm' }] } });
    expect(requests.filter(({ path }) => path === '/auth/refresh')).toHaveLength(1);
  });

  it('is over when it cannot be renewed', async () => {
    const { fetcher, storage } = await openPage('/admin/graphql');
    storage.set(KEY, JSON.stringify({ app: null, email: 'a@b.c', refreshToken: 'used', expiresAtMs: 0 }));
    await expect(fetcher(apps)).rejects.toThrow('sign in again');
    expect(storage.size).toBe(0);
  });
});

describe('introspection', () => {
  it('is refused, and no name suggested, when it is switched off', async () => {
    const own = await createWorld({ introspection: false });
    try {
      await own.importApp('crm', documentOf('customer'));
      for (const query of [
        '{ __schema { types { name } } }',
        '{ __type(name: "Customer") { name } }',
        '{ customerx { id } }',
      ]) {
        const { status, text, errors } = await ask(`${own.url}/apps/crm/graphql`, { query });
        expect([status, errors[0]?.extensions?.['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
        expect(text).not.toMatch(/did you mean/i);
      }
    } finally {
      await own.close();
    }
  });
});
