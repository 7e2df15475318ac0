import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const DOCUMENT = {
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true })],
  permissions: [{ entity: 'note', action: 'read', roles: ['public'] }],
};

describe('the cache on the command line', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RocketProcess;
  let file: string;
  const { rocket, succeed } = rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path }));

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0' });
    await server.waitFor('/ready');
    await succeed(['app', 'import', 'notes', '-'], JSON.stringify(DOCUMENT));
    file = join(directory.path, 'notes.graphql');
    await writeFile(file, 'query Notes($first: Int!) { notes(limit: $first) { title } }');
  });

  afterAll(async () => {
    await server.end();
    await directory.dispose();
  });

  test('status, for people and for programs', async () => {
    expect(await succeed(['cache', 'status'])).toMatch(/^Kept answers: 0, 0 B of 128\.0 MB;/);
    expect(JSON.parse(await succeed(['cache', 'status', '--json']))).toMatchObject({
      on: true,
      apps: [{ app: 'notes' }],
      shared: { state: 'off' },
    });
  });

  test('explain, from a file and from the standard input, and for several callers', async () => {
    const options = ['--app', 'notes', '--variables', '{"first": 3}', '--operation', 'Notes'];
    const text = await succeed(['cache', 'explain', file, ...options]);
    expect(text).toMatch(/^Kept, for 600 s at most, or until a change makes it void\.$/m);
    expect(text).toMatch(/^Shared by all administrators of notes who may read the same:$/m);
    expect(text).toMatch(/^ {2}notes\.note {2}\(any change of it\)$/m);
    for (const caller of [['--public'], ['--role', 'reader', '--role', 'writer'], ['--user', 'u-1']]) {
      const said = JSON.parse(await succeed(['cache', 'explain', file, ...options, ...caller, '--json']));
      expect(said).toMatchObject({ kept: true, apps: [{ isAdmin: false, access: [{ sees: 'all' }] }] });
    }
    const main = ['--graph', 'main', '--role', 'notes:reader'];
    expect(await succeed(['cache', 'explain', '-', ...main], '{ notesNotes { title } }')).toMatch(/^Kept,/);
  });

  test('explain refuses what cannot be explained', async () => {
    const write = 'mutation { createNote(input: { title: "never" }) { note { id } } }';
    const refusals: [readonly string[], string, string][] = [
      [['explain', '-', '--app', 'notes'], write, 'none is executed to explain it'],
      [['explain', '-', '--app', 'notes', '--variables', '{'], '{ a }', 'not JSON'],
      [['explain', 'nothing.graphql', '--app', 'notes'], '', 'no such file'],
    ];
    for (const [args, input, said] of refusals) {
      const { code, stderr } = await rocket(['cache', ...args], input);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(said) });
    }
  });

  test('explain refuses options that do not go together as wrong usage', async () => {
    const refusals: [readonly string[], string][] = [
      [[], 'either --app or --graph'],
      [['--app', 'notes', '--graph', 'main'], 'either --app or --graph'],
      [['--app', 'notes', '--public', '--role', 'reader'], 'leave out --public'],
    ];
    for (const [options, said] of refusals) {
      const { code, stderr } = await rocket(['cache', 'explain', '-', ...options], '{ a }');
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(said) });
    }
  });

  test('clear', async () => {
    expect(await succeed(['cache', 'clear'])).toMatch(
      /^Answers dropped from the memory of the gateway that answered: \d+\.$/m,
    );
    expect(await succeed(['cache', 'clear', '--shared'])).toContain('There is no Redis');
    expect(JSON.parse(await succeed(['cache', 'clear', '--json']))).toEqual({ answers: 0, shared: null });
  });
});
