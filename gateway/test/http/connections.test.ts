import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/http.ts';
import { app, createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await world.close();
});

/** Writes `text` to one connection, and reads until the gateway closes it. */
async function exchange(text: string): Promise<string> {
  const { port, hostname } = new URL(world.url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(port), hostname, () => socket.write(text));
  const chunks: string[] = [];
  socket.on('data', (data) => chunks.push(String(data)));
  socket.once('end', () => resolve(chunks.join('')));
  socket.once('error', reject);
  return await promise;
}

function requestOf(query: string, connection = 'keep-alive'): string {
  const body = JSON.stringify({ query });
  const head = ['POST /apps/crm/graphql HTTP/1.1', 'host: localhost', 'content-type: application/json'];
  return [...head, `content-length: ${body.length}`, `connection: ${connection}`, '', body].join('\r\n');
}

describe('a connection', () => {
  it('answers pipelined requests in their order, though the first takes longest', async () => {
    const { promise: secondCame, resolve: secondComes } = Promise.withResolvers<void>();
    let calls = 0;
    world.intercept = async () => {
      calls += 1;
      if (calls === 2) secondComes();
      if (calls === 1) await secondCame;
    };
    const reply = await exchange(
      `${requestOf('{ first: customer(id: "1") { id } }')}${requestOf('{ second: customer(id: "2") { id } }', 'close')}`,
    );
    world.intercept = () => undefined;
    const bodies = [...reply.matchAll(/\{"data":\{"(\w+)"/g)].map((match) => match[1]);
    expect(bodies).toEqual(['first', 'second']);
  });

  it('serves on after a request whose body was refused unread', async () => {
    const tooLarge = 'x'.repeat(200_000);
    const head = ['POST /apps/crm/graphql HTTP/1.1', 'host: localhost', 'content-type: application/json'];
    const refused = [...head, `content-length: ${tooLarge.length}`, '', tooLarge].join('\r\n');
    const reply = await exchange(`${refused}${requestOf('{ __typename }', 'close')}`);
    expect([...reply.matchAll(/HTTP\/1.1 (\d+)/g)].map((match) => match[1])).toEqual(['413', '200']);
  });

  it('gets the head of an answer without its body', async () => {
    const response = await fetch(`${world.url}/apps/crm/graphql?query={__typename}`, {
      method: 'HEAD',
      headers: { 'content-type': 'application/json' },
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
  });
});

describe('a token', () => {
  it('dies with its app, and with the secret that a new app of the name has not got', async () => {
    await world.importApp('shop', documentOf('product'));
    const admin = async (query: string) => {
      const authorization = `Bearer ${await world.platformToken()}`;
      return await ask(`${world.url}/admin/graphql`, { query }, { authorization });
    };
    await admin('mutation { addUser(app: "shop", email: "a@b.c", password: "a good password") { id } }');
    const login = await fetch(`${world.url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ app: 'shop', email: 'a@b.c', password: 'a good password' }),
    });
    const { accessToken } = (await login.json()) as { accessToken: string };
    const asks = (path: string) =>
      ask(`${world.url}${path}`, { query: '{ __typename }' }, { authorization: `Bearer ${accessToken}` });
    expect((await asks('/apps/shop/graphql')).status).toBe(200);
    expect((await admin('mutation { removeApp(name: "shop") { removed } }')).errors).toEqual([]);
    expect((await asks('/graphql')).status).toBe(401);
    await world.importApp('shop', documentOf('product'));
    expect((await world.catalog.snapshot()).apps.has(app('shop'))).toBe(true);
    expect((await asks('/apps/shop/graphql')).status).toBe(401);
  });
});
