import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { listen } from '../harness/listening.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const CUSTOMER = 'c0000000-0000-4000-8000-000000000001';
const NESTED = `query { customer(id: "${CUSTOMER}") { name orders { total items { product { name } } } } }`;
const ADMIN_EMAIL = 'admin@localhost';

/** In order: each start finds what the one before left. */
describe('rocket start', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RocketProcess;
  let password: string;

  const start = async () => {
    server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path });
    await server.waitFor('/ready');
  };

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await start();
    password = (await readFile(join(directory.path, 'admin-password'), 'utf8')).trim();
  });

  afterAll(async () => {
    await server.end();
    await directory.dispose();
  });

  test('prints the addresses and the generated password, which only its owner can read', async () => {
    await expect.poll(() => server.output()).toContain(`${server.url}/apps/crm/graphql`);
    expect(server.output()).toContain(password);
    expect(server.output()).not.toContain('Warning');
    for (const file of ['admin-password', 'server.json']) {
      expect((await stat(join(directory.path, file))).mode & 0o777).toBe(0o600);
    }
  });

  test('answers the nested query across both shards', async () => {
    const token = await signIn(server.url, { email: ADMIN_EMAIL, password });
    const { data, errors } = await askGraphql(`${server.url}/apps/crm/graphql`, NESTED, { token });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      customer: {
        name: 'Viktor Schmidt',
        orders: expect.arrayContaining([
          { total: '109.90', items: [{ product: { name: 'Presentation Pointer' } }] },
        ]),
      },
    });
  });

  test('proposes its administrator where GraphiQL signs in', async () => {
    const response = await fetch(`${server.url}/apps/crm/graphql`, { headers: { accept: 'text/html' } });
    expect(await response.text()).toContain(`value="${ADMIN_EMAIL}"`);
  });

  test('runs each example of the guide for front ends', async () => {
    const token = await signIn(server.url, { email: ADMIN_EMAIL, password });
    const guide = await readFile(join(import.meta.dirname, '../../docs/front-end.md'), 'utf8');
    const examples = [...guide.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, example = '']) => example);
    expect(examples.length).toBeGreaterThan(10);
    const url = `${server.url}/apps/crm/graphql`;
    for (const example of examples) {
      if (example.startsWith('subscription')) {
        (await listen({ url, token, query: example })).close();
        continue;
      }
      const { data, errors } = await askGraphql(url, example, { token });
      expect(errors, example).toEqual([]);
      // With ids that are none here they are valid, and have nothing to say but that.
      if (example.startsWith('# with the ')) continue;
      for (const [field, value] of Object.entries(data ?? {})) {
        expect(value, `${field} of ${example}`).not.toBeNull();
        // The payload of a mutation; lists of records have no such member.
        expect(value, example).toEqual(expect.not.objectContaining({ errors: [expect.anything()] }));
      }
    }
  });

  test('spans all apps with prefixed names at /graphql', async () => {
    const token = await signIn(server.url, { email: ADMIN_EMAIL, password });
    const query =
      '{ crmCustomers(limit: 1) { name } ecommerceOrders(limit: 1) { total } helpdeskTickets(limit: 1) { title } }';
    const { data, errors } = await askGraphql(`${server.url}/graphql`, query, { token });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      crmCustomers: [{ name: expect.any(String) }],
      ecommerceOrders: [{ total: expect.any(String) }],
      helpdeskTickets: [{ title: expect.any(String) }],
    });
  });

  test('refuses a second process on the same data directory, and on the same port', async () => {
    const sameDirectory = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path });
    const other = await temporaryDirectory();
    const samePort = await startRocket(['start'], {
      ROCKET_DATA_DIR: other.path,
      PORT: new URL(server.url).port,
    });
    const [first, second] = await Promise.all([sameDirectory.finished, samePort.finished]);
    await other.dispose();
    expect(first).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^rocket: .*is in use: process \d+ serves it.*\n$/),
    });
    expect(second).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^rocket: Port \d+ .*is already in use.*\n$/),
    });
  });

  test('stops in order at SIGTERM, and the next start finds its data', async () => {
    const token = await signIn(server.url, { email: ADMIN_EMAIL, password });
    const rename = `mutation { updateCustomer(id: "${CUSTOMER}", patch: { name: "Renamed" }) { customer { name } } }`;
    const renamed = await askGraphql(`${server.url}/apps/crm/graphql`, rename, { token });
    expect(renamed.data).toEqual({ updateCustomer: { customer: { name: 'Renamed' } } });

    expect(await server.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    await expect(stat(join(directory.path, 'server.json'))).rejects.toThrow('ENOENT');

    await start();
    expect(server.output()).not.toContain('Importing');
    const again = await signIn(server.url, { email: ADMIN_EMAIL, password });
    const kept = await askGraphql(
      `${server.url}/apps/crm/graphql`,
      `{ customer(id: "${CUSTOMER}") { name } }`,
      {
        token: again,
      },
    );
    expect(kept.data).toEqual({ customer: { name: 'Renamed' } });
  });

  test('stops in the middle of a start', async () => {
    await server.end();
    server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path });
    await expect.poll(() => server.output(), { timeout: 20_000 }).toContain('Starting PostgreSQL');
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });
});
