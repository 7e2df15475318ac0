import { signAccessToken } from '@rocket/platform';
import type { Caller } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/http.ts';
import { ADMIN, app, createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
let crmSecret: string;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
  await world.importApp('shop', documentOf('product'));
  const added = await ask(
    `${world.url}/admin/graphql`,
    {
      query:
        'mutation { addUser(app: "crm", email: "a@b.c", password: "a good password", roles: ["sales", "shop:admin"]) { roles } }',
    },
    { authorization: `Bearer ${await world.platformToken()}` },
  );
  expect(added.data).toEqual({ addUser: { roles: ['sales', 'shop:admin'] } });
  crmSecret = (await world.catalog.snapshot()).apps.get(app('crm'))?.tokenSecret ?? '';
});
afterAll(async () => {
  await world.close();
});

const login = (body: unknown) =>
  fetch(`${world.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function crmToken(): Promise<string> {
  const { accessToken } = (await (
    await login({ app: 'crm', email: 'a@b.c', password: 'a good password' })
  ).json()) as {
    accessToken: string;
  };
  return accessToken;
}

/** The caller in the call to the shard of `crm` or `shop`. */
async function callerSeen(path: string, field: string, authorization?: string): Promise<Caller | undefined> {
  world.calls.length = 0;
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await ask(`${world.url}${path}`, { query: `{ ${field}(id: "1") { id } }` }, headers);
  expect(answer.errors).toEqual([]);
  return world.calls[0]?.caller;
}

const tokenOf = (input: Partial<Parameters<typeof signAccessToken>[0]>) =>
  signAccessToken({
    secret: crmSecret,
    issuer: 'rocket',
    audience: 'crm',
    subject: 'u1',
    claims: { email: 'a@b.c', roles: { crm: ['sales'] } },
    ttlSeconds: 60,
    ...input,
  });

describe('callers', () => {
  it('are anonymous without a token, and with an empty header', async () => {
    const anonymous = { userId: null, email: null, roles: ['public'], isAdmin: false };
    expect(await callerSeen('/apps/crm/graphql', 'customer')).toEqual(anonymous);
    expect(await callerSeen('/apps/crm/graphql', 'customer', '')).toEqual(anonymous);
  });

  it('have in each app the roles they have there', async () => {
    const authorization = `Bearer ${await crmToken()}`;
    const user = { userId: 'id-of-a@b.c', email: 'a@b.c' };
    expect(await callerSeen('/apps/crm/graphql', 'customer', authorization)).toEqual({
      ...user,
      roles: ['sales'],
      isAdmin: false,
    });
    expect(await callerSeen('/graphql', 'shopProduct', authorization)).toEqual({
      ...user,
      roles: ['admin'],
      isAdmin: true,
    });
  });

  it('act as admin everywhere with a platform token', async () => {
    const caller = await callerSeen('/apps/shop/graphql', 'product', `Bearer ${await world.platformToken()}`);
    expect(caller).toMatchObject({ email: ADMIN.email, isAdmin: true });
  });
});

describe('tokens that are refused', () => {
  const cases: { name: string; authorization: () => Promise<string>; path?: string; says: RegExp }[] = [
    {
      name: 'another app',
      authorization: async () => `Bearer ${await crmToken()}`,
      path: '/apps/shop/graphql',
      says: /issued for app crm/,
    },
    {
      name: 'expired',
      authorization: async () => `Bearer ${await tokenOf({ ttlSeconds: -1 })}`,
      says: /expired/,
    },
    {
      name: 'wrong secret',
      authorization: async () => `Bearer ${await tokenOf({ secret: 'x'.repeat(40) })}`,
      says: /signature/,
    },
    {
      name: 'platform audience by an app',
      authorization: async () => `Bearer ${await tokenOf({ audience: 'platform' })}`,
      says: /signature/,
    },
    {
      name: 'unknown app',
      authorization: async () => `Bearer ${await tokenOf({ audience: 'nobody' })}`,
      says: /not issued here/,
    },
    {
      name: 'roles of a wrong form',
      authorization: async () => `Bearer ${await tokenOf({ claims: { roles: 'admin' } })}`,
      says: /wrong form/,
    },
    { name: 'malformed', authorization: async () => 'Bearer abc', says: /malformed/ },
    { name: 'another scheme', authorization: async () => 'Basic YTpi', says: /Bearer/ },
  ];
  it.each(cases)('$name', async ({ authorization, path = '/apps/crm/graphql', says }) => {
    const { status, headers, errors } = await ask(
      `${world.url}${path}`,
      { query: '{__typename}' },
      { authorization: await authorization() },
    );
    expect([status, errors[0]?.extensions?.['code']]).toEqual([401, 'UNAUTHENTICATED']);
    expect(errors[0]?.message).toMatch(says);
    expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('administration takes a platform token', async () => {
    const url = `${world.url}/admin/graphql`;
    expect((await ask(url, { query: '{__typename}' })).status).toBe(401);
    expect(
      (await ask(url, { query: '{__typename}' }, { authorization: `Bearer ${await crmToken()}` })).status,
    ).toBe(403);
  });
});

describe('sessions', () => {
  it('answer unknown apps like wrong passwords', async () => {
    for (const body of [
      { app: 'crm', email: 'a@b.c', password: 'wrong' },
      { app: 'nobody', email: 'a@b.c', password: 'wrong' },
      { email: ADMIN.email, password: 'wrong' },
    ]) {
      const response = await login(body);
      expect([response.status, await response.json()]).toMatchObject([
        401,
        { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      ]);
    }
  });

  it('rotate platform refresh tokens and end with a logout', async () => {
    const send = (action: string, body: unknown) =>
      fetch(`${world.url}/auth/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const first = (await (await login(ADMIN)).json()) as { refreshToken: string; expiresIn: number };
    expect(first.expiresIn).toBe(900);
    const second = (await (await send('refresh', { refreshToken: first.refreshToken })).json()) as {
      refreshToken: string;
    };
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect((await send('logout', { refreshToken: second.refreshToken })).status).toBe(204);
    expect((await send('refresh', { refreshToken: second.refreshToken })).status).toBe(401);
  });

  it('brake the guessing of one account after ten failures, and of no other', async () => {
    const guess = { app: 'crm', email: 'victim@b.c', password: 'wrong' };
    for (let i = 0; i < 10; i++) expect((await login(guess)).status).toBe(401);
    const braked = await login({ ...guess, email: ' Victim@b.c' });
    expect(braked.status).toBe(429);
    expect(Number(braked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await login({ ...guess, email: 'other@b.c' })).status).toBe(401);
  });
});
