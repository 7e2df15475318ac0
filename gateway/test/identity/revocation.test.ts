import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, app, createWorld, documentOf, type World } from '../support/world.ts';

const CRM = app('crm');
/** Within this a gateway has to notice a change of the catalog. */
const NOTICED_MS = 5_000;

let world: World;
let second: Awaited<ReturnType<World['another']>>;
beforeAll(async () => {
  world = await createWorld();
  second = await world.another();
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await second.close();
  await world.close();
});

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const post = (url: string, body: unknown, token?: string) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });

async function login(body: object): Promise<Tokens> {
  const response = await post(`${world.url}/auth/login`, body);
  expect(response.status).toBe(200);
  return (await response.json()) as Tokens;
}

async function administer(mutation: string): Promise<unknown> {
  const response = await post(
    `${world.url}/admin/graphql`,
    { query: `mutation { ${mutation} }` },
    await world.platformToken(),
  );
  return await response.json();
}

async function addUser(name: string): Promise<{ app: string; email: string; password: string }> {
  const user = { email: `${name}@b.c`, password: 'a good password' };
  const added = `addUser(app: "crm", email: "${user.email}", password: "${user.password}") { email }`;
  expect(await administer(added)).toEqual({ data: { addUser: { email: user.email } } });
  return { app: 'crm', ...user };
}

/** Of a request at the app's graph. */
async function status(url: string, { accessToken }: Tokens): Promise<number> {
  return (await post(`${url}/apps/crm/graphql`, { query: '{ __typename }' }, accessToken)).status;
}

test('a removed user is refused by the gateway at once, by others soon, and does not come back by a refresh', async () => {
  const [gone, kept] = [await login(await addUser('gone')), await login(await addUser('kept'))];
  for (const url of [world.url, second.url]) expect(await status(url, gone)).toBe(200);
  expect(await administer('removeUser(app: "crm", email: "gone@b.c")')).toEqual({
    data: { removeUser: true },
  });
  expect(await status(world.url, gone)).toBe(401);
  await expect.poll(() => status(second.url, gone), { timeout: NOTICED_MS }).toBe(401);
  for (const url of [world.url, second.url]) expect(await status(url, kept)).toBe(200);
  const refresh = await post(`${world.url}/auth/refresh`, { app: 'crm', refreshToken: gone.refreshToken });
  expect(refresh.status).toBe(401);
});

test('a logout ends the session, and leaves the access token', async () => {
  const { accessToken, refreshToken } = await login(await addUser('out'));
  expect((await post(`${world.url}/auth/logout`, { app: 'crm', refreshToken })).status).toBe(204);
  expect(await status(world.url, { accessToken, refreshToken })).toBe(200);
});

test('nobody is revoked by the removal of nobody', async () => {
  const { version } = await world.catalog.snapshot();
  expect(await administer('removeUser(app: "crm", email: "nobody@b.c")')).toMatchObject({
    errors: [{ extensions: { code: 'NOT_FOUND' } }],
  });
  expect((await world.catalog.snapshot()).version).toBe(version);
});

test('a user whose removal fails has lost the tokens so far', async () => {
  const tokens = await login(await addUser('stuck'));
  expect(await administer('removeUser(app: "crm", email: "stuck@b.c")')).toMatchObject({
    errors: [{ extensions: { code: 'SHARD_UNAVAILABLE' } }],
  });
  await expect.poll(() => status(world.url, tokens), { timeout: NOTICED_MS }).toBe(401);
  expect((await world.catalog.snapshot()).revokedUsers.get(CRM)?.has('id-of-stuck@b.c')).toBe(true);
});

test('a platform user loses the tokens with the account, and with the password', async () => {
  const ops = { email: 'ops@localhost', password: 'a long password' };
  await world.catalog.platformUsers.add(ops);
  const before = await login(ops);
  for (const url of [world.url, second.url]) expect(await status(url, before)).toBe(200);
  await world.catalog.platformUsers.setPassword({ ...ops, password: 'another password' });
  for (const url of [world.url, second.url]) {
    await expect.poll(() => status(url, before), { timeout: NOTICED_MS }).toBe(401);
  }
  const after = await login({ ...ops, password: 'another password' });
  for (const url of [world.url, second.url]) expect(await status(url, after)).toBe(200);
  await administer('removeUser(email: "ops@localhost")');
  expect(await status(world.url, after)).toBe(401);
  await expect.poll(() => status(second.url, after), { timeout: NOTICED_MS }).toBe(401);
  expect(await status(world.url, await login(ADMIN))).toBe(200);
});
