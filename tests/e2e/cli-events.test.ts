import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStream } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql } from '../harness/graphql-client.ts';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const entity = (name: string) => ({
  ...noteEntity({ name: 'title', type: 'string', required: true }),
  name,
  table: `${name}s`,
});
const document = (...entities: readonly string[]) => ({ version: 1, entities: entities.map(entity) });
const SEEN = { timeout: 15_000 };

describe('events on the command line', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RocketProcess;
  const tails: RocketProcess[] = [];

  const start = async (): Promise<void> => {
    server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0' });
    await server.waitFor('/ready');
  };
  const { rocket, succeed } = rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path }));
  const tail = async (...args: readonly string[]): Promise<RocketProcess> => {
    const running = await startRocket(['events', 'tail', ...args], { ROCKET_DATA_DIR: directory.path });
    tails.push(running);
    return running;
  };
  /** @returns the key of the record */
  const write = async (app: string, type: string, title: string): Promise<string> => {
    const { token } = JSON.parse(await readFile(join(directory.path, 'server.json'), 'utf8'));
    const mutation = `create${type.charAt(0).toUpperCase()}${type.slice(1)}`;
    const { data, errors } = await askGraphql(
      `${server.url}/apps/${app}/graphql`,
      `mutation { written: ${mutation}(input: { title: ${JSON.stringify(title)} }) { record: ${type} { id } errors { code } } }`,
      { token, once: true },
    );
    expect(errors).toEqual([]);
    const { written } = data as { written: { record: { id: string } } };
    return written.record.id;
  };

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await start();
    await succeed(['app', 'import', 'notes', '-'], JSON.stringify(document('note', 'draft')));
    await succeed(['app', 'import', 'others', '-'], JSON.stringify(document('note')));
  });

  afterEach(async () => {
    await Promise.all(tails.splice(0).map((each) => each.end('SIGKILL')));
  });

  afterAll(async () => {
    await server.end();
    await directory.dispose();
  });

  test('status says that nothing waits and that nothing is unknown', async () => {
    await write('notes', 'note', 'before the status');
    await expect
      .poll(async () => JSON.parse(await succeed(['events', 'status', '--json'])), SEEN)
      .toMatchObject({
        stream: { kind: 'in_process', up: true, reason: null, stored: { differences: [] } },
        apps: [
          {
            app: 'notes',
            shard: 's1',
            outbox: { waiting: 0, oldestWaitingMs: null, publishedLastHour: 1 },
            followed: { sure: true, ageMs: expect.any(Number) },
            problem: null,
          },
          { app: 'others', outbox: { waiting: 0, publishedLastHour: 0 }, followed: { sure: true } },
        ],
        writers: [{ process: expect.stringMatching(/^s1-/), shard: 's1', apps: ['notes'] }],
        consumers: ['webhooks', 'workflows'].map((name) => ({
          name,
          waiting: 0,
          handling: 0,
          redelivered: 0,
        })),
      });
    const text = await succeed(['events', 'status']);
    expect(text).toMatch(/^The stream is within the process of the gateway, up since \d{4}-/);
    expect(text).toMatch(/^APP +SHARD +WAITING +OLDEST +LAST HOUR +SURE +AGE$/m);
    expect(text).toMatch(/^notes +s1 +0 +- +1 +yes +[\d.]+ s$/m);
    expect(text).toMatch(/^s1-\w+ +s1 +[\d.]+ s +notes$/m);
  });

  test('tail shows what others write, by app and by entity, without colours in a file', async () => {
    const all = await tail();
    const notes = await tail('notes', '--entity', 'note');
    const old = await write('notes', 'note', 'the first');
    await expect
      .poll(() => [all.output(), notes.output()].every((text) => text.includes(old)), SEEN)
      .toBe(true);

    const elsewhere = await write('others', 'note', 'elsewhere');
    const draft = await write('notes', 'draft', 'a draft');
    const last = await write('notes', 'note', 'the last');
    await expect
      .poll(() => [all.output(), notes.output()].every((text) => text.includes(last)), SEEN)
      .toBe(true);
    expect(all.output()).toMatch(/^TIME +APP +ENTITY +OP +KEY +VERSION +CHANGED +ACTOR$/m);
    expect(all.output()).toMatch(
      new RegExp(`^\\d{4}-[\\dT:.-]+Z +others +note +create +${elsewhere} +1 +id,title +[0-9a-f-]{36}$`, 'm'),
    );
    expect(all.output()).toMatch(new RegExp(`notes +draft +create +${draft}`));
    expect(all.output()).not.toContain('\u001B');
    expect(notes.output()).not.toContain(elsewhere);
    expect(notes.output()).not.toContain(draft);
    expect(await all.end('SIGINT')).toMatchObject({ code: 0, stderr: '' });
  });

  test('tail prints one event a line for programs, which can be read as such', async () => {
    const running = await tail('notes', '--json');
    const key = await write('notes', 'note', 'with "quotes"');
    await expect.poll(() => running.output().includes(key), SEEN).toBe(true);
    const { stdout, stderr } = await running.end('SIGINT');
    expect(stderr).toBe('');
    const events = stdout.trimEnd().split('\n').map(readStream);
    expect(events.every(({ kind }) => kind === 'change')).toBe(true);
    expect(events.at(-1)).toMatchObject({
      event: { app: 'notes', entity: 'note', op: 'create', key, record: { title: 'with "quotes"' } },
    });
  });

  test('tail goes on when the server was started again, and says what may be missing', async () => {
    const running = await tail('notes');
    const before = await write('notes', 'note', 'before');
    await expect.poll(() => running.output().includes(before), SEEN).toBe(true);
    const stoppedAt = performance.now();
    await server.end();
    // Who waits for an event must not hold up the stop of the server.
    expect(performance.now() - stoppedAt).toBeLessThan(10_000);
    await expect.poll(() => running.output(), SEEN).toContain('It is asked again until it answers.');
    await start();
    await expect.poll(() => running.output(), SEEN).toContain('Events may have been missed');
    const after = await write('notes', 'note', 'after');
    await expect.poll(() => running.output().includes(after), SEEN).toBe(true);
    expect((await running.end('SIGINT')).code).toBe(0);
  });

  test('what is asked in vain is refused at once', async () => {
    const refused = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await rocket(['events', ...args]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      return stderr;
    };
    expect(await refused('tail', 'nowhere')).toContain('There is no app nowhere');
    expect(await refused('tail', 'notes', '--entity', 'nothing')).toContain(
      'App notes has no entity nothing',
    );
    expect(await refused('tail', '--entity', 'a.b')).toContain('a.b is no name of an entity');
    expect(await refused('check')).toContain('NATS_URL is not set');
    expect(JSON.parse(await refused('check', '--json'))).toMatchObject({ error: { code: 'BAD_REQUEST' } });
    expect((await rocket(['events', 'tails'])).code).toBe(2);
  });
});
