import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';

const ADMIN = { email: 'admin@localhost', password: 'a-long-admin-password' };
/** Within this a gateway has to notice a shard that is back. */
const RECOVERY_MS = 5_000;
const CLIENTS = 4;

const id = { name: 'id', type: 'uuid', required: true };
const AUTHOR_ID = '11111111-1111-4111-8111-111111111111';
const primaryKey = { field: 'id', type: 'uuid', generated: true };
const LIBRARY = {
  version: 1,
  exports: ['author'],
  entities: [
    {
      name: 'author',
      table: 'authors',
      primary_key: primaryKey,
      fields: [id, { name: 'name', type: 'string', required: true }],
    },
  ],
  sample_data: { author: [{ id: AUTHOR_ID, name: 'Ada' }] },
};

const shop = (library: string) => ({
  version: 1,
  entities: [
    {
      name: 'book',
      table: 'books',
      primary_key: primaryKey,
      fields: [
        id,
        { name: 'title', type: 'string', required: true },
        { name: 'author_id', type: 'uuid', required: true },
      ],
    },
  ],
  relations: [
    {
      name: 'author_books',
      type: 'one_to_many',
      source: `${library}.author`,
      target: 'book',
      target_key: 'author_id',
    },
  ],
  sample_data: {
    book: [{ id: '22222222-2222-4222-8222-222222222222', title: 'Notes', author_id: AUTHOR_ID }],
  },
});

describe('gateway and shards as processes of their own', () => {
  let database: TestDatabase;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let gateway: RocketProcess;
  let token: string;
  let library: string;
  let store: string;
  const shards = new Map<string, RocketProcess>();

  const environment = () => ({ ROCKET_CATALOG_URL: database.url, ROCKET_DATA_DIR: directory.path });
  const { rocket, succeed } = rocketCommands(() => ({
    ...environment(),
    ...{ ROCKET_URL: gateway.url, ROCKET_TOKEN: token },
  }));
  const startShard = async (name: string) => {
    const shard = await startRocket(['shard', '--name', name], environment());
    shards.set(name, shard);
    await shard.waitFor('/ready');
  };
  const importApp = async (name: string, document: unknown, ...options: string[]) => {
    return await succeed(['app', 'import', name, '-', ...options], JSON.stringify(document));
  };
  const ask = (app: string, query: string) =>
    askGraphql(`${gateway.url}/apps/${app}/graphql`, query, { token });

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = await temporaryDirectory();
    // Databases of apps are made beside the test's own, on a server that other tests use.
    library = `library_${database.name.slice(-8)}`;
    store = `store_${database.name.slice(-8)}`;
    const offline = rocketCommands(environment);
    for (const name of ['s1', 's2']) {
      await offline.succeed(['shard', 'add', name, '--database', database.serverUrl]);
    }
    gateway = await startRocket(['gateway'], { ...environment(), ROCKET_ADMIN_PASSWORD: ADMIN.password });
    await Promise.all([gateway.waitFor('/health'), startShard('s1'), startShard('s2')]);
    token = await signIn(gateway.url, ADMIN);
    await importApp(library, LIBRARY, '--shard', 's1');
    await importApp(store, shop(library), '--shard', 's2');
  });

  afterAll(async () => {
    for (const app of [library, store]) {
      await rocket(['app', 'remove', app, '--yes']);
    }
    await Promise.all([gateway, ...shards.values()].map((each) => each.end()));
    await directory.dispose();
    await database.dispose();
  });

  test('a shard must be registered before its process runs', async () => {
    const run = await runRocket(['shard', '--name', 's9'], environment());
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('rocket shard add s9') });
  });

  test('a killed shard costs its own fields alone, and is found again when it is back', async () => {
    const nested = '{ authors { name books { title } } }';
    expect(await ask(library, nested)).toMatchObject({
      data: { authors: [{ name: 'Ada', books: [{ title: 'Notes' }] }] },
      errors: [],
    });
    await shards.get('s2')?.end('SIGKILL');

    const partial = await ask(library, nested);
    expect(partial.data).toEqual({ authors: [{ name: 'Ada', books: null }] });
    expect(partial.errors.map((error) => error.extensions?.code)).toEqual(['SHARD_UNAVAILABLE']);
    expect(await ask(library, '{ authors { name } }')).toMatchObject({
      status: 200,
      data: { authors: [{ name: 'Ada' }] },
      errors: [],
    });

    await startShard('s2');
    await expect
      .poll(() => ask(library, nested), { timeout: RECOVERY_MS })
      .toMatchObject({ data: { authors: [{ books: [{ title: 'Notes' }] }] }, errors: [] });
  });

  test('an app under the name of a removed one is served by its own document at once', async () => {
    const name = `reborn_${database.name.slice(-8)}`;
    const readBy = (role: string) => ({
      ...LIBRARY,
      permissions: [{ entity: 'author', action: 'read', roles: [role] }],
    });
    const askAnonymously = () => askGraphql(`${gateway.url}/apps/${name}/graphql`, '{ authors { name } }');
    await importApp(name, readBy('public'), '--shard', 's1');
    expect((await askAnonymously()).data).toEqual({ authors: [{ name: 'Ada' }] });
    expect(await rocket(['app', 'remove', name, '--yes'])).toMatchObject({ code: 0 });
    expect(await importApp(name, readBy('clerk'), '--shard', 's1')).toContain('created: revision 1');
    try {
      expect(await askAnonymously()).toMatchObject({
        data: { authors: null },
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    } finally {
      await rocket(['app', 'remove', name, '--yes']);
    }
  });

  test('a user who is removed at one gateway is refused by another', async () => {
    const other = await startRocket(['gateway'], environment());
    try {
      await other.waitFor('/ready');
      const user = { email: 'ann@example.com', password: 'a long password' };
      const of = ['--app', library];
      await succeed(['user', 'add', user.email, ...of, '--password-stdin'], `${user.password}\n`);
      const own = await signIn(other.url, { app: library, ...user });
      const status = async ({ url }: RocketProcess) =>
        (await askGraphql(`${url}/apps/${library}/graphql`, '{ __typename }', { token: own, once: true }))
          .status;
      expect([await status(gateway), await status(other)]).toEqual([200, 200]);
      expect(await rocket(['user', 'remove', user.email, ...of, '--yes'])).toMatchObject({
        code: 0,
      });
      expect(await status(gateway)).toBe(401);
      await expect.poll(() => status(other), { timeout: RECOVERY_MS }).toBe(401);
    } finally {
      await other.end();
    }
  });

  test('metadata changes under load without a failed request', async () => {
    const failures: unknown[] = [];
    let answered = 0;
    let loading = true;
    const client = async () => {
      while (loading) {
        const answer = await ask(library, '{ authors { name books { title } } }');
        answered += 1;
        if (answer.status !== 200 || answer.errors.length > 0) failures.push(answer);
        await sleep(5);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    const field = { name: 'born', type: 'int' };
    const [entity] = LIBRARY.entities;
    const changed = { ...LIBRARY, entities: [{ ...entity, fields: [...(entity?.fields ?? []), field] }] };
    expect(await importApp(library, changed)).toContain('updated: revision 2');
    await expect
      .poll(() => ask(library, '{ authors { name born } }'), { timeout: RECOVERY_MS })
      .toMatchObject({ data: { authors: [{ name: 'Ada', born: null }] }, errors: [] });
    loading = false;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(CLIENTS);
  });
});
