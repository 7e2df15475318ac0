import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql } from '../harness/graphql-client.ts';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { startHangingRelay } from '../harness/servers/hanging-relay.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const TITLE = { name: 'title', type: 'string', required: true };
const NOTES = JSON.stringify({
  version: 1,
  entities: [noteEntity(TITLE, { name: 'page_count', type: 'int' }, { name: 'size', type: 'json' })],
});
const SEEN = { timeout: 15_000 };
const ANY_TIME = '\\d{4}-[\\dT:-]+\\.\\d{3}Z';

describe('listening to changes on the command line', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RocketProcess;
  const listeners: RocketProcess[] = [];

  const start = async (): Promise<void> => {
    server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0' });
    await server.waitFor('/ready');
  };
  const { rocket, succeed } = rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path }));
  const tokenNow = async (): Promise<string> =>
    JSON.parse(await readFile(join(directory.path, 'server.json'), 'utf8')).token;
  const openSubscriptions = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${await tokenNow()}` };
    const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
    return Number(/^rocket_subscriptions (\d+)$/m.exec(metrics)?.[1]);
  };
  const mutate = async (text: string): Promise<string> => {
    const token = await tokenNow();
    const { data, errors } = await askGraphql(
      `${server.url}/apps/notes/graphql`,
      `mutation { written: ${text} { note { id } errors { code } } }`,
      { token, once: true },
    );
    expect(errors).toEqual([]);
    return (data as { written: { note: { id: string } } }).written.note.id;
  };
  const create = (title: string) => mutate(`createNote(input: { title: "${title}", pageCount: 1 })`);
  const update = (id: string, patch: string) => mutate(`updateNote(id: "${id}", patch: { ${patch} })`);

  /** Its snapshot ends with a record that is made for it, so that it is known to listen. */
  const listen = async (...args: readonly string[]): Promise<RocketProcess> => {
    const id = await create('is there before');
    const running = await startRocket(['listen', 'notes', 'note', '--snapshot', ...args], {
      ROCKET_DATA_DIR: directory.path,
    });
    listeners.push(running);
    await expect.poll(() => running.output(), SEEN).toContain(id);
    return running;
  };

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await start();
    await succeed(['app', 'import', 'notes', '-'], NOTES);
  });

  afterEach(async () => {
    await Promise.all(listeners.splice(0).map((each) => each.end('SIGKILL')));
  });

  afterAll(async () => {
    await server.end();
    await directory.dispose();
  });

  test('shows who changed into what, a line each, without colours in a file', async () => {
    const running = await listen();
    const id = await create('First');
    await expect.poll(() => running.output(), SEEN).toContain(`${id}  title: "First"`);
    await update(id, 'title: "Second", size: { long: 12345678901234567890 }');
    await expect.poll(() => running.output(), SEEN).toContain('UPDATED');
    await mutate(`deleteNote(id: "${id}")`);
    await expect.poll(() => running.output(), SEEN).toContain('REMOVED');
    const { code, stdout, stderr } = await running.end('SIGINT');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\u001B');
    const line = (kind: string, what: string) => new RegExp(`^${ANY_TIME}  ${kind} +${id}  ${what}$`, 'm');
    expect(stdout).toMatch(/^TIME +OPERATION +ID +CHANGE$/m);
    expect(stdout).toMatch(
      new RegExp(`^${ANY_TIME}  SNAPSHOT +[0-9a-f-]{36}  title: "is there before"`, 'm'),
    );
    expect(stdout).toMatch(line('ADDED', 'title: "First", pageCount: 1, version: 1'));
    expect(stdout).toMatch(
      line('UPDATED', 'title: "First" -> "Second", size: null -> \\{"long":12345678901234567890\\}'),
    );
    expect(stdout).toMatch(line('REMOVED', 'title: "Second", pageCount: 1, .*version: 2'));
  });

  test('prints the changes that are wanted as JSON, as many as are wanted, and goes on behind a cursor', async () => {
    const wanted = ['--where', '{"pageCount": {"gt": 5}}', '--operations', 'added,removed'];
    const listening = ['listen', 'notes', 'note', '--fields', 'page_count', '--json', ...wanted];
    const id = await create('enters');
    await update(id, 'pageCount: 7');
    const found = JSON.parse(await succeed([...listening, '--snapshot', '--id', id, '--count', '1']));
    expect(found).toEqual({
      ...{ operation: 'ADDED', id, changedFields: [], snapshot: true, previous: null },
      ...{ node: { pageCount: 7 }, at: expect.stringMatching(ANY_TIME), cursor: expect.any(String) },
    });
    await update(id, 'pageCount: 8');
    await update(id, 'pageCount: 2');
    const rest = [...listening, '--id', id, '--after', found.cursor, '--count', '1'];
    const removed = JSON.parse(await succeed(rest));
    expect(removed).toMatchObject({ operation: 'REMOVED', id, node: null, previous: { pageCount: 8 } });
    const { code, stderr } = await rocket([...listening, '--after', found.cursor]);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'FORBIDDEN', hint: expect.stringContaining('--where') },
    });
  });

  test('goes on behind the last change when the connection is cut', async () => {
    const relay = await startHangingRelay(server.url);
    const first = await create('shown at first');
    const running = await startRocket(['listen', 'notes', 'note', '--snapshot', '--fields', 'title'], {
      ...{ ROCKET_URL: relay.url, ROCKET_TOKEN: await tokenNow() },
    });
    listeners.push(running);
    // A record that is made while the rows are still read is told as one of them, and once more as a change. After a change
    // that is seen they all are.
    await expect.poll(() => running.output(), SEEN).toContain(first);
    const live = await create('told live');
    await expect.poll(() => running.output(), SEEN).toContain(live);
    const before = await create('before the cut');
    await expect.poll(() => running.output(), SEEN).toContain(before);
    relay.resume();
    const after = await create('after the cut');
    await expect.poll(() => running.output(), SEEN).toContain(after);
    const { stdout, stderr } = await running.end('SIGINT');
    expect(stderr).toBe(
      'The connection was lost. It is tried again until it works.\nIt goes on behind the last change.\n',
    );
    expect(stdout.match(/^TIME|before the cut|after the cut/gm)).toEqual([
      'TIME',
      'before the cut',
      'after the cut',
    ]);
    await relay.close();
  });

  test('ends with a code when the entity it shows is another one', async () => {
    const running = await listen('--fields', 'size');
    // The table stays as it is.
    await succeed(['app', 'import', 'notes', '-'], NOTES.replace('"name":"note"', '"name":"memo"'));
    const { code, stderr } = await running.finished;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('start it again') });
    await succeed(['app', 'import', 'notes', '-'], NOTES);
  });

  test('says that the server was stopped, finds it again, and ends where changes may be missing', async () => {
    const running = await listen();
    // It has no cursor yet, and so begins again with what comes.
    const waiting = await startRocket(['listen', 'notes', 'note', '--id', await create('another')], {
      ROCKET_DATA_DIR: directory.path,
    });
    listeners.push(waiting);
    await expect.poll(openSubscriptions, SEEN).toBe(2);
    await server.end();
    for (const each of [running, waiting]) {
      await expect.poll(() => each.output(), SEEN).toContain('It is tried again until it works.');
    }
    await start();
    const { code, stderr } = await running.finished;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('(--snapshot begins with') });
    await expect.poll(() => waiting.output(), SEEN).toContain('some may have been missed');
    expect((await waiting.end('SIGTERM')).code).toBe(0);
  });

  test('refuses what is not there with the nearest name', async () => {
    const refused = async (code: number, ...args: readonly string[]) => {
      const result = await rocket(['listen', ...args]);
      expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
      return result.stderr;
    };
    expect(await refused(1, 'note', 'note')).toContain('There is no app note (Did you mean "notes"?)');
    expect(await refused(1, 'notes', 'nots')).toContain(
      'App notes has no entity nots (Did you mean "note"? Known: note)',
    );
    expect(await refused(1, 'notes', 'note', '--fields', 'titl')).toContain('Did you mean "title"?');
    expect(await refused(1, 'notes', 'note', '--where', '{"titel": {"eq": 1}}')).toContain('titel');
    expect(await refused(1, 'notes', 'note', '--after', 'x')).toContain('as --json prints it');
    expect(await refused(2, 'notes', 'note', '--where', '{')).toContain('It is not JSON.');
    expect(await refused(2, 'notes', 'note', '--operations', 'CHANGED')).toContain('Allowed: ADDED');
    expect(await refused(2, 'notes', 'note', '--count', '0')).toContain('not a number of changes');
  });
});
