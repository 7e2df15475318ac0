/** The events of a shard in a process of its own, seen by way of a gateway in another one. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { findNatsServer, type NatsServer, startNatsServer } from '../harness/servers/nats-server.ts';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const natsServer = findNatsServer();
const ADMIN = { email: 'admin@localhost', password: 'a-long-admin-password' };
const NOTES = { version: 1, entities: [noteEntity({ name: 'title', type: 'string', required: true })] };
const SEEN = { timeout: 20_000 };

describe('events between processes', () => {
  let database: TestDatabase;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let nats: NatsServer | null;
  let app: string;
  let token: string;
  let gateway: RocketProcess;
  const running: RocketProcess[] = [];

  const settings = () => ({ ROCKET_CATALOG_URL: database.url, ROCKET_DATA_DIR: directory.path });
  const access = () => ({ ...settings(), ROCKET_URL: gateway.url, ROCKET_TOKEN: token });
  const { rocket, succeed } = rocketCommands(access);
  const run = async (args: readonly string[], environment: Readonly<Record<string, string>>) => {
    const process = await startRocket(args, environment);
    running.push(process);
    return process;
  };

  async function startProcesses(environment: Readonly<Record<string, string>>): Promise<RocketProcess> {
    await rocketCommands(settings).succeed(['shard', 'add', 's1', '--database', database.serverUrl]);
    const given = { ...settings(), ...environment };
    gateway = await run(['gateway'], { ...given, ROCKET_ADMIN_PASSWORD: ADMIN.password });
    const shard = await run(['shard', '--name', 's1'], given);
    await Promise.all([gateway.waitFor('/health'), shard.waitFor('/ready')]);
    token = await signIn(gateway.url, ADMIN);
    await succeed(['app', 'import', app, '-'], JSON.stringify(NOTES));
    return shard;
  }

  async function write(title: string): Promise<void> {
    const query = `mutation { createNote(input: { title: "${title}" }) { errors { code } } }`;
    const { errors } = await askGraphql(`${gateway.url}/apps/${app}/graphql`, query, { token, once: true });
    expect(errors).toEqual([]);
  }

  const status = async () => JSON.parse(await succeed(['events', 'status', '--json']));

  beforeEach(async () => {
    nats = null;
    database = await createTestDatabase();
    directory = await temporaryDirectory();
    // The app's database is made beside the test's own, on a server that other tests use.
    app = `seen_${database.name.slice(-8)}`;
  });

  afterEach(async () => {
    const removed = await rocket(['app', 'remove', app, '--yes', '--force']);
    expect(removed).toMatchObject({ code: 0 });
    await Promise.all(running.splice(0).map((each) => each.end()));
    await nats?.dispose();
    await directory.dispose();
    await database.dispose();
  });

  test.skipIf(natsServer === null)(
    'go by NATS; a shard that was killed is not taken for silent',
    async () => {
      nats = await startNatsServer(natsServer ?? '');
      const shard = await startProcesses({ NATS_URL: nats.url });
      const tail = await run(['events', 'tail', app], access());
      await write('one');
      await expect.poll(() => tail.output(), SEEN).toMatch(new RegExp(`${app} +note +create`));
      await expect.poll(status, SEEN).toMatchObject({
        stream: { kind: 'nats', up: true, stored: { differences: [] } },
        apps: [{ app, shard: 's1', outbox: { waiting: 0, publishedLastHour: 1 }, followed: { sure: true } }],
        writers: [{ shard: 's1', apps: [app] }],
      });
      await shard.end('SIGKILL');
      await expect.poll(status, SEEN).toMatchObject({
        apps: [
          { outbox: null, followed: { sure: false }, problem: expect.stringContaining('does not answer') },
        ],
      });
      const again = await run(['shard', '--name', 's1'], { ...settings(), NATS_URL: nats.url });
      await again.waitFor('/ready');
      await expect.poll(status, SEEN).toMatchObject({
        apps: [{ outbox: { waiting: 0 }, followed: { sure: true }, problem: null }],
      });
    },
  );

  test('do not without NATS, and that is said', async () => {
    await startProcesses({});
    await write('one');
    const tail = await rocket(['events', 'tail', app]);
    expect(tail).toMatchObject({ code: 1, stderr: expect.stringContaining('without NATS_URL') });
    expect(await status()).toMatchObject({
      stream: { kind: 'in_process' },
      apps: [
        {
          outbox: { waiting: 0, publishedLastHour: 1 },
          followed: { sure: false, ageMs: null },
          problem: expect.stringContaining('without NATS_URL'),
        },
      ],
    });
  });
});
