import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { HAS_ROCKET_EXAMPLES, rocketExample } from '../harness/rocket-examples.ts';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';
import { until } from '../harness/until.ts';

const NOTE = {
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true })],
};

describe('the command line beside a running start', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let files: string;
  let server: RocketProcess;

  const { rocket, succeed } = rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path }));

  beforeAll(async () => {
    directory = await temporaryDirectory();
    files = await mkdtemp(join(tmpdir(), 'rocket-files-'));
    server = await startRocket(['start'], { ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0' });
    await server.waitFor('/ready');
  });

  afterAll(async () => {
    await server.end();
    await directory.dispose();
    await rm(files, { recursive: true, force: true });
  });

  test('imports, says that nothing changed, exports and removes an app', async () => {
    const document = JSON.stringify(NOTE);
    expect(await succeed(['app', 'import', 'notes', '-'], document)).toContain(
      'notes created: revision 1 on shard s1',
    );
    expect(JSON.parse(await succeed(['app', 'import', 'notes', '-', '--json'], document))).toMatchObject({
      outcome: 'unchanged',
      changes: [],
      rowsInserted: 0,
    });
    const exported = await succeed(['app', 'export', 'notes']);
    await succeed(['app', 'import', 'notes_copy', '-'], exported);
    expect(await succeed(['app', 'export', 'notes_copy'])).toBe(exported);
    const apps = JSON.parse(await succeed(['app', 'list', '--json']));
    expect(apps).toMatchObject([
      { name: 'notes', revision: 1, state: 'active', shard: { name: 's1' } },
      { name: 'notes_copy', revision: 1, state: 'active', shard: { name: 's2' } },
    ]);

    expect(await rocket(['app', 'remove', 'notes_copy'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--yes'),
    });
    expect(await succeed(['app', 'remove', 'notes_copy', '--yes'])).toBe('notes_copy removed\n');
    expect(await rocket(['app', 'export', 'notes_copy'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('There is no app notes_copy'),
    });
  });

  test('refuses bad documents with every fault and keeps the revision that serves', async () => {
    const broken = structuredClone(NOTE) as { entities: { fields: { name: string; type: string }[] }[] };
    broken.entities[0]?.fields.push(
      { name: 'x"; DROP TABLE notes', type: 'string' },
      { name: 'title', type: 'string' },
    );
    const file = join(files, 'broken.json');
    await writeFile(file, JSON.stringify(broken));
    const refused = await rocket(['app', 'import', 'notes', file]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('$.entities[0].fields[2].name: ');
    expect(refused.stderr).toContain('$.entities[0].fields[3].name: ');

    const truncated = await rocket(['app', 'import', 'notes', '-', '--json'], '{\n  "version": 1,\n  "entit');
    expect(truncated.code).toBe(1);
    expect(JSON.parse(truncated.stderr)).toMatchObject({
      error: {
        code: 'DOCUMENT_INVALID',
        faults: [{ path: '$', message: expect.stringContaining('line 3, column 9') }],
      },
    });
    expect(JSON.parse(await succeed(['app', 'list', '--json']))).toMatchObject([
      { name: 'notes', revision: 1 },
    ]);
  });

  test('manages users, graphs and shards', async () => {
    const added = JSON.parse(
      await succeed(['user', 'add', 'ann@example.com', '--app', 'notes', '--role', 'writer', '--json']),
    );
    expect(added).toMatchObject({ email: 'ann@example.com', app: 'notes', password: expect.any(String) });
    expect(added.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(await succeed(['user', 'list', '--app', 'notes', '--json']))).toEqual([
      { id: added.id, email: 'ann@example.com', active: true, roles: ['writer'] },
    ]);
    expect(await succeed(['user', 'list', '--app', 'notes'])).toContain(added.id);
    expect(await rocket(['user', 'remove', 'ann@example.com', '--app', 'notes'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--yes'),
    });
    await succeed(['user', 'remove', 'ann@example.com', '--app', 'notes', '--yes']);
    expect(await succeed(['user', 'list', '--app', 'notes'])).toContain('No users yet');

    expect(await succeed(['graph', 'add', 'desk', 'notes'])).toContain('served at /graphs/desk/graphql');
    expect(JSON.parse(await succeed(['graph', 'list', '--json']))).toContainEqual({
      name: 'desk',
      apps: ['notes'],
      url: '/graphs/desk/graphql',
    });
    await succeed(['graph', 'remove', 'desk']);

    expect(JSON.parse(await succeed(['shard', 'list', '--json']))).toMatchObject([
      { name: 's1', state: 'in_gateway', healthy: true, apps: ['notes'] },
      { name: 's2', state: 'in_gateway', healthy: true, apps: [] },
    ]);
  });

  test('forgets a lost shard with its apps only when that is forced and confirmed', async () => {
    await succeed(['shard', 'add', 's9', '--database', 'postgres://nobody@127.0.0.1:1/postgres']);
    expect(await succeed(['shard', 'remove', 's9'])).toBe('s9 removed\n');
    expect(await rocket(['shard', 'remove', 's1'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('notes'),
    });
    expect(await rocket(['shard', 'remove', 's1', '--force'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/all data of these apps lost.*--yes/),
    });
    expect(JSON.parse(await succeed(['app', 'list', '--json']))).toMatchObject([{ name: 'notes' }]);
    await succeed(['app', 'import', 'spare', '-', '--shard', 's2'], JSON.stringify(NOTE));
    expect(await succeed(['app', 'remove', 'spare', '--force', '--yes'])).toBe('spare removed\n');
  });

  const json = async (args: readonly string[]) => JSON.parse(await succeed([...args, '--json']));

  test('tells programs what each change of apps, graphs and users did', async () => {
    await succeed(['app', 'import', 'told', '-'], JSON.stringify(NOTE));
    const file = join(files, 'told.json');
    expect(await json(['app', 'export', 'told', '--output', file])).toEqual({ name: 'told', file });
    expect(await json(['graph', 'add', 'tell', 'told'])).toEqual({
      name: 'tell',
      apps: ['told'],
      url: '/graphs/tell/graphql',
    });
    expect(await json(['graph', 'remove', 'tell'])).toEqual({ name: 'tell', removed: true });
    await json(['user', 'add', 'eve@example.com', '--app', 'told']);
    expect(await json(['user', 'remove', 'eve@example.com', '--app', 'told', '--yes'])).toEqual({
      email: 'eve@example.com',
      app: 'told',
      removed: true,
    });
    expect(await json(['app', 'remove', 'told', '--yes'])).toEqual({
      name: 'told',
      removed: true,
      leftDatabase: null,
    });
  });

  test('tells programs what each change of shards did', async () => {
    const database = 'postgres://127.0.0.1:1/postgres';
    expect(await json(['shard', 'add', 's8', '--database', database])).toEqual({
      name: 's8',
      state: 'never_started',
      url: null,
    });
    expect(await json(['shard', 'set-replicas', 's8', database])).toEqual({ name: 's8', replicas: 1 });
    expect(await json(['shard', 'remove', 's8'])).toEqual({
      name: 's8',
      removed: true,
      apps: [],
      leftDatabases: [],
    });
  });

  test('keeps the last platform user, and refuses a short password', async () => {
    const short = await rocket(['user', 'add', 'ops@example.com', '--password-stdin'], 'short\n');
    expect(short).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rocket: A password needs at least 8 characters\n',
    });
    expect(await rocket(['user', 'remove', 'Admin@localhost', '--yes'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('the last platform user'),
    });
    await succeed(['user', 'add', 'ops@example.com', '--password-stdin'], 'long enough\n');
    await succeed(['user', 'remove', 'ops@example.com', '--yes']);
    expect(await rocket(['user', 'remove', 'ops@example.com', '--yes'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no platform user ops@example.com'),
    });
  });

  test('goes on as another platform user when its own is removed', async () => {
    await succeed(['user', 'add', 'ops@example.com', '--password-stdin'], 'long enough\n');
    await succeed(['user', 'remove', 'admin@localhost', '--yes']);
    // The server follows the users, and then makes a token for another one.
    await until(async () => (await rocket(['user', 'list'])).code === 0);
    const left = JSON.parse(await succeed(['user', 'list', '--json']));
    expect(left).toMatchObject([{ email: 'ops@example.com' }]);
  });

  test('tells a fault that only the server finds once', async () => {
    const relation = { name: 'tags', type: 'one_to_many', source: 'nowhere.tag', target: 'note' };
    const document = { ...NOTE, relations: [{ ...relation, target_key: 'title' }] };
    const refused = await rocket(['app', 'import', 'notes', '-'], JSON.stringify(document));
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    const [headline, ...faults] = refused.stderr.split('\n');
    expect(headline).toBe('rocket: The document for app notes is refused, nothing was changed');
    expect(faults[0]).toMatch(/^ {2}\$\.relations\[0\]\S*: .*nowhere/);
  });

  test('tells wrong usage and a missing server apart', async () => {
    expect(await rocket(['app', 'import', 'notes'])).toMatchObject({ code: 2, stdout: '' });
    expect(await rocket(['app', 'list', '--no-such-option'])).toMatchObject({ code: 2 });
    const elsewhere = await runRocket(['app', 'list'], { ROCKET_DATA_DIR: join(files, 'nothing') });
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('rocket start') });
    const wrongToken = await runRocket(['app', 'list', '--json'], {
      ROCKET_URL: server.url,
      ROCKET_TOKEN: 'no-token',
    });
    expect(wrongToken.code).toBe(1);
    expect(JSON.parse(wrongToken.stderr)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  });

  test.skipIf(!HAS_ROCKET_EXAMPLES)(
    'imports the real documents whole, twice (they are not part of the repository)',
    async () => {
      for (const [app, name] of [
        ['helpdesk2', 'helpdesk-ticketing'],
        ['cms', 'content-management'],
      ] as const) {
        const document = JSON.stringify(rocketExample(name));
        const created = JSON.parse(await succeed(['app', 'import', app, '-', '--json'], document));
        expect(created).toMatchObject({ outcome: 'created', app: { revision: 1 } });
        expect(created.rowsInserted).toBeGreaterThan(0);
        expect(await succeed(['app', 'import', app, '-'], document)).toContain(`${app} unchanged`);
        const exported = await succeed(['app', 'export', app]);
        await succeed(['app', 'import', `${app}_copy`, '-'], exported);
        expect(await succeed(['app', 'export', `${app}_copy`])).toBe(exported);
      }
    },
  );
});
