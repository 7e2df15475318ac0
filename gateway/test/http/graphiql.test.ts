import { createContext, runInContext } from 'node:vm';
import { type DocumentNode, getIntrospectionQuery, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphiql } from '../../src/http/graphiql.ts';
import { ask } from '../support/http.ts';
import { ADMIN, createWorld, documentOf, type World } from '../support/world.ts';

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
  parameters: { query: string; operationName?: string },
  options?: { headers?: Record<string, string>; documentAST?: DocumentNode },
) => Promise<{ data?: unknown; errors?: readonly { extensions: { code: string } }[] }>;

/** What the page starts GraphiQL with. */
interface Started {
  readonly fetcher: Fetcher;
  readonly defaultQuery: string;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>;
}

interface Page extends Pick<Started, 'fetcher' | 'defaultQuery'> {
  /** Where GraphiQL keeps its tabs. */
  readonly kept: Started['storage'];
  /** Paths that the page has requested, with the Authorization header. */
  readonly requests: { readonly path: string; readonly authorization: string | null }[];
  readonly storage: Map<string, string>;
}

interface PageOptions {
  readonly url?: string;
  readonly localStorage?: Record<string, string>;
  /** Stands between the page and the gateway. */
  readonly fetched?: typeof fetch;
}

/** Runs the page's own programs as a browser would, without the window: their requests go to the gateway. */
async function openPage(
  pathname: string,
  { url = world.url, localStorage = {}, fetched = fetch }: PageOptions = {},
): Promise<Page> {
  const load = async (name: string) => (await fetch(`${url}/graphiql/${name}`)).text();
  const requests: Page['requests'] = [];
  const storage = new Map<string, string>();
  const started = Promise.withResolvers<Started>();
  const browser = createContext({
    ...{ Headers, AbortController, TextDecoder },
    location: { pathname },
    document: { querySelector: () => null },
    localStorage: asStorage(localStorage),
    sessionStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    },
    fetch: (path: string, init: RequestInit) => {
      requests.push({ path, authorization: new Headers(init.headers).get('authorization') });
      return fetched(`${url}${path}`, init);
    },
    YogaGraphiQL: {
      renderYogaGraphiQL: (_root: unknown, options: Started) => started.resolve(options),
    },
  });
  for (const name of ['graphql-sse.js', 'follow-subscription.js', 'starter.js', 'start.js']) {
    runInContext(await load(name), browser);
  }
  const { fetcher, defaultQuery, storage: kept } = await started.promise;
  return { fetcher, defaultQuery, kept, requests, storage };
}

/** A browser's storage has its items as properties, beside the methods. */
function asStorage(items: Record<string, string>): Record<string, string> {
  // Two pages of a browser have one storage, which has the methods already.
  if ('getItem' in items) return items;
  return Object.defineProperties(items, {
    getItem: { value: (key: string) => items[key] ?? null },
    setItem: { value: (key: string, value: string) => Object.assign(items, { [key]: value }) },
    removeItem: { value: (key: string) => delete items[key] },
  });
}

/** An order has items, and is from a customer of the CRM. */
function shopDocument() {
  const entities = [...documentOf('order').entities, ...documentOf('item').entities];
  const key = (name: string) => ({ name, type: 'uuid' });
  return documentOf('order', [], {
    entities: entities.map((entity) => ({
      ...entity,
      fields: [...entity.fields, ...(entity.name === 'order' ? [key('customer_id')] : [key('order_id')])],
    })),
    relations: [
      {
        name: 'order_items',
        type: 'one_to_many',
        source: 'order',
        target: 'item',
        target_key: 'order_id',
      },
      {
        name: 'customer_orders',
        type: 'one_to_many',
        source: 'crm.customer',
        target: 'order',
        target_key: 'customer_id',
      },
    ],
    permissions: ['order', 'item'].map((entity) => ({ entity, action: 'read', roles: ['public'] })),
  });
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

  it('is not sent again to a browser that has its files, though a proxy has compressed them', async () => {
    const { headers } = await fetch(`${world.url}/graphiql/start.js`);
    const etag = headers.get('etag') ?? '';
    const again = await fetch(`${world.url}/graphiql/start.js`, {
      headers: { 'if-none-match': `W/${etag}` },
    });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    expect(etag).not.toBe('');
  });

  const own = [
    'start.js',
    'starter.js',
    'follow-subscription.js',
    'graphql-sse.js',
    'page.css',
    'workers.js',
  ];
  it.each(own)('names no other host in %s', async (name) => {
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

describe('the account that the page proposes', () => {
  it('is nobody unless the start says so', async () => {
    const html = await (await fetch(`${world.url}/graphql`, { headers: BROWSER })).text();
    expect(html).not.toMatch(/admin@|data-proposed|value=/);
  });

  it('stands in the form where the start says so, as text', () => {
    const html = String(createGraphiql({ signIn: true, proposedEmail: '"<b>@x' }).page().body);
    expect(html).toContain('value="&quot;&lt;b&gt;@x"');
    expect(html).toContain('<form id="session" data-proposed>');
  });
});

describe('the query that the page begins with', () => {
  it.each(['/apps/crm/graphql', '/apps/crm/graphql/', '/graphql'])(
    'runs as it stands at %s',
    async (path) => {
      const { defaultQuery, fetcher, requests } = await openPage(path);
      expect(defaultQuery).toMatch(/customers\(limit: 5\) {\n {4}name/i);
      const answer = await fetcher({ query: defaultQuery });
      expect(answer.errors).toBeUndefined();
      expect(Object.values(answer.data ?? {})).toEqual([[]]);
      expect(new Set(requests.map((request) => request.path))).toEqual(
        new Set(['/', path.replace(/\/$/, '')]),
      );
    },
  );

  it('is about the records of the app itself, with related ones inside', async () => {
    const own = await createWorld();
    try {
      // In the order of the schema the neighbour's records come first.
      await own.importApp('crm', documentOf('customer'));
      await own.importApp('shop', shopDocument());
      const { defaultQuery, fetcher } = await openPage('/apps/shop/graphql', { url: own.url });
      expect(defaultQuery).toMatch(/^ {2}orders\(limit: 5\) {\n[^}]*^ {4}items\(limit: 3\) {\n {6}name$/m);
      expect((await fetcher({ query: defaultQuery })).errors).toBeUndefined();
    } finally {
      await own.close();
    }
  });

  it('asks for nothing where the schema may not be read', async () => {
    const { defaultQuery } = await openPage('/admin/graphql');
    expect(defaultQuery).toContain('__typename');
  });
});

describe('tabs', () => {
  it('belong to the graph that they were opened at', async () => {
    const localStorage: Record<string, string> = { 'graphiql:tabState': 'of another page' };
    const [crm, all] = [
      await openPage('/apps/crm/graphql', { localStorage }),
      await openPage('/graphql', { localStorage }),
    ];
    crm.kept.setItem('graphiql:tabState', 'crm');
    expect(all.kept.getItem('graphiql:tabState')).toBeNull();
    all.kept.setItem('graphiql:tabState', 'all');
    all.kept.setItem('graphiql:queries', 'all');
    expect(all.kept.length).toBe(2);
    all.kept.clear();
    expect(all.kept.length).toBe(0);
    const slashed = await openPage('/apps/crm/graphql/', { localStorage });
    expect(slashed.kept.getItem('graphiql:tabState')).toBe('crm');
    expect(localStorage['graphiql:tabState']).toBe('of another page');
  });

  it('share the choice of colours', async () => {
    const localStorage = {};
    const pages = [
      await openPage('/apps/crm/graphql', { localStorage }),
      await openPage('/graphql', { localStorage }),
    ];
    pages[0]?.kept.setItem('graphiql:theme', 'dark');
    expect(pages[1]?.kept.getItem('graphiql:theme')).toBe('dark');
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

describe('subscriptions of the page', () => {
  const query = 'subscription Changes { customerChanged { id } } query Others { customers { id } }';
  const documentAST = parse(query);
  const run = async (page: Page, asked: string) => {
    const results: unknown[] = [];
    const parameters = { query: asked, operationName: 'Changes' };
    const observable = (await page.fetcher(parameters, { documentAST })) as unknown as {
      subscribe(observer: Record<'next' | 'error' | 'complete', (value?: unknown) => void>): {
        unsubscribe(): void;
      };
    };
    const ended = Promise.withResolvers<unknown>();
    const { unsubscribe } = observable.subscribe({
      next: (result) => void results.push(result),
      error: ended.reject,
      complete: ended.resolve,
    });
    return { results, ended: ended.promise, unsubscribe };
  };

  it('show each result as it comes, until they are stopped', async () => {
    const begun: RequestInit[] = [];
    const { readable, writable } = new TransformStream();
    const fetched: typeof fetch = async (url, init = {}) => {
      if (new Headers(init.headers).get('accept') !== 'text/event-stream') return await fetch(url, init);
      begun.push(init);
      const { signal } = init;
      const body = readable.pipeThrough(
        new TransformStream(),
        signal === null || signal === undefined ? {} : { signal },
      );
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    };
    const page = await openPage('/apps/crm/graphql', { fetched });
    page.storage.set('rocket-session:/apps/crm/graphql', await platformSession(Date.now() + 600_000));
    const running = await run(page, query);
    const writer = writable.getWriter();
    for (const id of ['c1', 'c2']) {
      const result = { data: { customerChanged: { id } } };
      await writer.write(Buffer.from(`event: next\ndata: ${JSON.stringify(result)}\n\n`));
      await expect.poll(() => running.results.at(-1)).toEqual(result);
    }
    expect(page.requests.at(-1)?.authorization).toMatch(/^Bearer e/);
    expect(begun[0]?.signal?.aborted).toBe(false);
    running.unsubscribe();
    await running.ended;
    await expect(writer.closed).rejects.toThrow();
    expect([begun.length, begun[0]?.signal?.aborted]).toEqual([1, true]);
  });

  it('show what the gateway refuses them with', async () => {
    const page = await openPage('/apps/crm/graphql');
    const { results, ended } = await run(page, query.replace('id', 'nothing'));
    await ended;
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }]);
  });

  it('end when the connection is lost, and do not begin again without a word', async () => {
    let streams = 0;
    const fetched: typeof fetch = async (url, init = {}) => {
      if (new Headers(init.headers).get('accept') !== 'text/event-stream') return await fetch(url, init);
      streams += 1;
      throw new TypeError('network error');
    };
    const { ended } = await run(await openPage('/apps/crm/graphql', { fetched }), query);
    await expect(ended).rejects.toThrow('network error');
    expect(streams).toBe(1);
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
