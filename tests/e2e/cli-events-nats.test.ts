/** What people see of the events with a real NATS. */
import { connect, nanos, StorageType } from 'nats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { findNatsServer, type NatsServer, startNatsServer } from '../harness/servers/nats-server.ts';
import { runRocket, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const natsServer = findNatsServer();
const HOUR_MS = 3_600_000;
const WITH_WORKFLOW = {
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true })],
  workflows: [
    {
      name: 'told',
      trigger: { type: 'record_created', entity: 'note' },
      steps: [{ id: 'tell', type: 'action', actions: [{ type: 'send_event', event: 'noted' }] }],
    },
  ],
};

describe.skipIf(natsServer === null)('events on NATS', () => {
  let nats: NatsServer;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeEach(async () => {
    nats = await startNatsServer(natsServer ?? '');
    directory = await temporaryDirectory();
  });

  afterEach(async () => {
    await nats.dispose();
    await directory.dispose();
  });

  const commands = rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path, NATS_URL: nats.url }));
  const rocket = (...args: readonly string[]) => commands.rocket(args);

  const makeStream = async (storage: StorageType): Promise<void> => {
    const connection = await connect({ servers: nats.host });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({
      ...{ name: 'ROCKET_EVENTS', subjects: ['rocket.>'], storage },
      ...{ max_age: nanos(HOUR_MS), duplicate_window: nanos(60_000) },
    });
    await connection.close();
  };

  const publish = async (message: { readonly subject: string; readonly payload: string }): Promise<void> => {
    const connection = await connect({ servers: nats.host });
    await connection.jetstream().publish(message.subject, message.payload);
    await connection.close();
  };

  test('check says what differs, --apply changes it, and then nothing differs', async () => {
    await makeStream(StorageType.File);
    const found = await rocket('events', 'check');
    expect(found).toMatchObject({ code: 1, stderr: '' });
    expect(found.stdout).toMatch(/^OBJECT +SETTING +IS +WANTED +CHANGE$/m);
    expect(found.stdout).toMatch(/^stream +max_age +3600 s +604800 s +by --apply$/m);
    expect(JSON.parse((await rocket('events', 'check', '--json')).stdout)).toContainEqual({
      ...{ object: 'stream', setting: 'max_age', is: '3600 s', wanted: '604800 s' },
      ...{ change: 'online', changed: false },
    });
    const applied = await rocket('events', 'check', '--apply');
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout).toMatch(/^stream +max_age +3600 s +604800 s +done$/m);
    expect(await rocket('events', 'check')).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: 'The stream is as the settings want it.\n',
    });
  });

  test('check makes a stream that is missing, and tells what it cannot change', async () => {
    const missing = await rocket('events', 'check');
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/^stream +exists +no +yes +by --apply$/m);
    expect((await rocket('events', 'check', '--apply')).code).toBe(0);

    await nats.dispose();
    nats = await startNatsServer(natsServer ?? '');
    await makeStream(StorageType.Memory);
    const applied = await rocket('events', 'check', '--apply', '--json');
    expect(applied).toMatchObject({ code: 1, stderr: '' });
    const changes = JSON.parse(applied.stdout);
    expect(changes).toContainEqual(expect.objectContaining({ setting: 'max_age', changed: true }));
    expect(changes).toContainEqual(
      expect.objectContaining({ setting: 'storage', change: 'needs recreation', changed: false }),
    );
  });

  test('check names the missing consumers of workers where apps have workflows', async () => {
    // Without NATS, or its own worker would make the consumer.
    const own = { ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0' };
    const server = await startRocket(['start'], own);
    try {
      await server.waitFor('/ready');
      expect(await rocket('events', 'check', '--apply')).toMatchObject({ code: 0, stderr: '' });
      expect(await rocket('events', 'check')).toMatchObject({ code: 0, stderr: '' });
      const imported = await runRocket(['app', 'import', 'notes', '-'], own, JSON.stringify(WITH_WORKFLOW));
      expect(imported).toMatchObject({ code: 0 });
      const found = await rocket('events', 'check');
      expect(found).toMatchObject({ code: 1, stderr: '' });
      expect(found.stdout).toMatch(/^consumer workflows +exists +no +yes +by --apply$/m);
      expect(found.stdout).toMatch(/^consumer webhooks +exists +no +yes +by --apply$/m);
      expect(await rocket('events', 'check', '--apply')).toMatchObject({ code: 0, stderr: '' });
      expect(await rocket('events', 'check')).toMatchObject({ code: 0 });
    } finally {
      await server.end();
    }
  });

  test('check says that nobody answers', async () => {
    await nats.stop();
    const asked = await rocket('events', 'check', '--json');
    expect(asked).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(asked.stderr)).toMatchObject({ error: { code: 'EVENTS_UNAVAILABLE' } });
  });

  test('a start uses NATS, puts aside what it cannot read, and status shows how it is, and that it is away', async () => {
    await makeStream(StorageType.File);
    const server = await startRocket(['start'], {
      ...{ ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0', NATS_URL: nats.url },
    });
    try {
      await server.waitFor('/ready');
      const text = (await rocket('events', 'status')).stdout;
      expect(text).toMatch(/^The stream is on NATS, up since \d{4}-/);
      expect(text).toContain('stream max_age is 3600 s, not 604800 s (online): see `');
      const poison = { subject: 'rocket.ev.x.y.create', payload: '{"v":1,"kind":"nothing"}' };
      await publish(poison);
      const dead = async (consumer: string) =>
        JSON.parse((await rocket('events', 'dead', 'list', '--consumer', consumer, '--json')).stdout);
      for (const consumer of ['workflows', 'webhooks'])
        await expect
          .poll(() => dead(consumer), { timeout: 5_000 })
          .toMatchObject([
            {
              ...{ consumer, app: null, subject: poison.subject },
              cause: expect.stringContaining('The event cannot be read'),
            },
          ]);
      await nats.stop();
      await expect
        .poll(async () => JSON.parse((await rocket('events', 'status', '--json')).stdout), {
          timeout: 15_000,
        })
        .toMatchObject({ stream: { up: false, stored: null }, consumers: null });
      const asked = await rocket('events', 'tail');
      expect(asked).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('The event stream does not answer'),
      });
    } finally {
      await server.end();
    }
  });
});
