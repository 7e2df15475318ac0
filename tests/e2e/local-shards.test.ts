import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { createTestDatabase } from '../harness/servers/postgres.ts';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';

const PASSWORD = 'long enough';
const NOTE = JSON.stringify({
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true })],
  sample_data: { note: [{ id: '00000000-0000-4000-8000-000000000001', title: 'kept' }] },
});

/** In order: each finds what the one before left. */
describe('shards of a running start', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RocketProcess;

  const start = async () => {
    server = await startRocket(['start'], {
      ROCKET_DATA_DIR: directory.path,
      ROCKET_DEMO: '0',
      ROCKET_ADMIN_PASSWORD: PASSWORD,
    });
    await server.waitFor('/ready');
  };
  const { succeed } = rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path }));
  const titles = async () => {
    const token = await signIn(server.url, { email: 'admin@localhost', password: PASSWORD });
    const { data } = await askGraphql(`${server.url}/apps/third/graphql`, '{ notes { title } }', { token });
    return data;
  };

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await start();
  });

  afterAll(async () => {
    await server.end();
    await directory.dispose();
  });

  test('one command adds one that runs', async () => {
    expect(await succeed(['shard', 'add', 's3'])).toBe('s3 added, served by the process of the gateway\n');
    await succeed(['app', 'import', 'third', '-', '--shard', 's3'], NOTE);
    expect(await titles()).toEqual({ notes: [{ title: 'kept' }] });
    expect(JSON.parse(await succeed(['shard', 'add', 's3', '--json']))).toEqual({
      name: 's3',
      state: 'in_gateway',
      url: null,
    });
  });

  test('it is there after a restart, with its apps', async () => {
    await server.end();
    await start();
    expect(await titles()).toEqual({ notes: [{ title: 'kept' }] });
  });

  test('one that was removed can be added again', async () => {
    await succeed(['shard', 'add', 's4']);
    await succeed(['shard', 'remove', 's4']);
    await succeed(['shard', 'add', 's4']);
    await succeed(['app', 'import', 'fourth', '-', '--shard', 's4'], NOTE);
  });

  test('one that is removed with its apps leaves nothing behind where it can be reached', async () => {
    await succeed(['shard', 'add', 's5']);
    await succeed(['app', 'import', 'fifth', '-', '--shard', 's5'], NOTE);
    expect(JSON.parse(await succeed(['shard', 'remove', 's5', '--force', '--yes', '--json']))).toEqual({
      ...{ name: 's5', removed: true, apps: ['fifth'] },
      leftDatabases: [],
    });
    await succeed(['app', 'import', 'fifth', '-'], NOTE);
    await succeed(['app', 'remove', 'fifth', '--yes']);
  });

  test('the list tells apart what is served here, answers, does not answer, and never started', async () => {
    const database = await createTestDatabase();
    await succeed(['shard', 'add', 'new', '--database', database.serverUrl]);
    await succeed(['shard', 'add', 'far', '--database', database.serverUrl, '--url', server.url]);
    await succeed(['shard', 'add', 'dead', '--database', database.serverUrl, '--url', 'http://127.0.0.1:1']);
    const listed: { name: string; state: string }[] = JSON.parse(await succeed(['shard', 'list', '--json']));
    expect(Object.fromEntries(listed.map(({ name, state }) => [name, state]))).toEqual({
      s1: 'in_gateway',
      s2: 'in_gateway',
      s3: 'in_gateway',
      s4: 'in_gateway',
      new: 'never_started',
      far: 'answers',
      dead: 'silent',
    });
    const table = await succeed(['shard', 'list']);
    for (const words of ['in the gateway', 'never started', 'answers', 'does not answer']) {
      expect(table).toContain(words);
    }
    await database.dispose();
  });

  test('explicit settings win over the server of the directory', async () => {
    const catalog = await createTestDatabase();
    const explicit = { ROCKET_DATA_DIR: directory.path, ROCKET_CATALOG_URL: catalog.url };
    const elsewhere = ['shard', 'add', 'elsewhere', '--database', catalog.serverUrl];
    expect(await runRocket(elsewhere, explicit)).toMatchObject({ code: 0 });
    expect(await succeed(['shard', 'list'])).not.toContain('elsewhere');
    // A command for one installation must not change the other.
    expect(await runRocket(['app', 'list'], explicit)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /uses its own Postgres, but the settings name the catalog at .*ROCKET_URL/s,
      ),
    });
    const dead = { ROCKET_DATA_DIR: directory.path, ROCKET_URL: 'http://127.0.0.1:1', ROCKET_TOKEN: 'token' };
    for (const args of [['app', 'list'], elsewhere]) {
      expect(await runRocket(args, dead)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Nothing answers at http://127.0.0.1:1'),
      });
    }
    await catalog.dispose();
  });
});
