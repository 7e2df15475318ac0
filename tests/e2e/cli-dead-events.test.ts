/** Events that were given up, and workflows, on the command line. */
import { type Catalog, createLogger, openCatalog } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askGraphql, signIn } from '../harness/graphql-client.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const PASSWORD = 'an-admin-password';
const entity = (name: string, more: object = {}) => ({
  ...{ name, table: `${name}s`, primary_key: { field: 'id', type: 'uuid', generated: true } },
  fields: [
    { name: 'id', type: 'uuid' },
    { name: 'code', type: 'string', ...more },
  ],
});
const MARKS = {
  version: 1,
  entities: [entity('note'), entity('mark', { unique: true })],
  workflows: [
    {
      ...{ name: 'marked', trigger: { type: 'record_created', entity: 'note' } },
      context: { code: 'record.code' },
      steps: [
        {
          ...{ id: 'mark', type: 'action', ...Object.fromEntries([['then', 'ask']]) },
          actions: [
            { type: 'create_record', entity: 'mark', values: { code: { expression: 'context.code' } } },
          ],
        },
        { id: 'ask', type: 'approval', assignee: { type: 'role', role: 'boss' } },
      ],
    },
  ],
};

let database: TestDatabase;
let catalog: Catalog;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: RocketProcess;

const environment = () => ({
  ...{ ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0', ROCKET_ADMIN_PASSWORD: PASSWORD },
  ...{ DATABASE_URL: database.serverUrl, ROCKET_CATALOG_URL: database.url },
});
const commands = rocketCommands(environment);
const rocket = (...args: readonly string[]) => commands.rocket(args);
/** What is printed as JSON, by a command of which the exit code is also known. */
const json = async (code: number, ...args: readonly string[]): Promise<unknown> => {
  const run = await rocket(...args, '--json');
  expect(run).toMatchObject({ code, stderr: '' });
  return JSON.parse(run.stdout);
};
const died = async (position: number, consumer = 'workflows'): Promise<void> =>
  catalog.deadLetters.add({
    ...{ consumer, app: appName('gone'), messageId: `gone:1:${position}`, position, cause: 'it failed' },
    ...{ subject: 'rocket.ev.gone.note.update', payload: '{"v":1,"n":12345678901234567890}' },
  });
const ids = async (): Promise<string[]> =>
  ((await json(0, 'events', 'dead', 'list')) as { id: string }[]).map(({ id }) => id);

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await temporaryDirectory();
  server = await startRocket(['start'], environment());
  await server.waitFor('/ready');
  catalog = await openCatalog({ url: database.url, logger: createLogger({ level: 'silent', name: 'test' }) });
});

afterAll(async () => {
  await catalog.close();
  await server.end();
  await directory.dispose();
  await database.dispose();
});

test('they are listed, shown, handled again and dropped', async () => {
  expect((await rocket('events', 'dead', 'list')).stdout).toBe('There are no dead events.\n');
  for (const position of [1, 2, 3]) await died(position);
  await died(4, 'hooks');
  const [ofHooks = '', third = '', second = '', first = ''] = await ids();
  const listed = (await rocket('events', 'dead', 'list', 'gone', '--consumer', 'workflows')).stdout;
  expect(listed).toMatch(/^ID +APP +CONSUMER +DIED AT +SUBJECT +CAUSE\n/);
  expect(listed.trimEnd().split('\n')).toHaveLength(4);
  expect((await rocket('events', 'dead', 'list', '--limit', '1', '--after', third)).stdout).toMatch(
    new RegExp(`^${second} +gone +workflows .*\n\n4 in all; --limit and --after show others.$`, 'm'),
  );

  const shown = (await rocket('events', 'dead', 'show', first)).stdout;
  expect(shown).toContain('"n":12345678901234567890');
  expect(await json(0, 'events', 'dead', 'show', first)).toMatchObject({ id: first, cause: 'it failed' });
  expect((await rocket('events', 'dead', 'show', '99')).stderr).toContain('There is no dead event 99');

  const failed = { outcome: 'failed', code: 'APP_NOT_FOUND' };
  expect(await json(1, 'events', 'dead', 'replay', third, first)).toMatchObject([
    { id: first, ...failed },
    { id: third, ...failed },
  ]);
  const replayed = await rocket('events', 'dead', 'replay', '--consumer', 'hooks');
  expect(replayed).toMatchObject({ code: 1, stderr: '' });
  expect(replayed.stdout).toBe(`${ofHooks}  gone  failed: APP_NOT_FOUND There is no app gone\n`);

  const unsure = await rocket('events', 'dead', 'drop', '--app', 'gone', '--consumer', 'workflows');
  expect(unsure).toMatchObject({ code: 1, stdout: '' });
  expect(unsure.stderr).toContain('What was to be done for 3 events of app gone that workflows gave up');
  expect(await ids()).toHaveLength(4);
  expect((await rocket('events', 'dead', 'drop', second, '--yes')).stdout).toBe('one event dropped\n');
  expect(await ids()).toEqual([ofHooks, third, first]);
  expect(await json(0, 'events', 'dead', 'drop', '--all', '--yes')).toEqual({ dropped: 3 });
  expect((await rocket('events', 'dead', 'replay', '--all')).stdout).toBe(
    'There is nothing to handle again.\n',
  );
});

test('a choice that is none, or two, is wrong usage', async () => {
  for (const args of [['replay'], ['drop', '1', '--all'], ['replay', '1', '--app', 'gone']]) {
    expect(await rocket('events', 'dead', ...args)).toMatchObject({ code: 2, stdout: '' });
  }
});

test('workflows are listed where there are none, and not found in an app that there is not', async () => {
  expect(await json(0, 'workflow', 'list')).toEqual([]);
  expect((await rocket('workflow', 'list', '--waiting')).stdout).toBe('There are no such instances.\n');
  expect(await rocket('workflow', 'list', '--app', 'gone')).toMatchObject({ code: 1, stdout: '' });
  expect(await rocket('workflow', 'list', '--status', 'lost')).toMatchObject({ code: 2, stdout: '' });
});

test('instances are listed, shown, cancelled, and retried once what failed them is mended', async () => {
  await commands.succeed(['app', 'import', 'marks', '-'], JSON.stringify(MARKS));
  const path = `${server.url}/apps/marks/graphql`;
  const token = await signIn(server.url, { email: 'admin@localhost', password: PASSWORD });
  const make = async (code: string): Promise<string> => {
    const mutation = `mutation { it: createNote(input: { code: "${code}" }) { note { id } errors { code } } }`;
    const { data, errors } = await askGraphql(path, mutation, { token });
    expect({ data, errors }).toMatchObject({ errors: [], data: { it: { errors: [] } } });
    const it = data?.['it'] as { note: { id: string } } | undefined;
    return it?.note.id ?? '';
  };
  type Listed = { readonly id: string; readonly recordId: string };
  const listed = async (...filter: readonly string[]) =>
    (await json(0, 'workflow', 'list', '--app', 'marks', ...filter)) as Listed[];
  await make('a');
  await expect.poll(() => listed('--waiting')).toHaveLength(1);
  const [waiting] = await listed('--waiting');
  // Another mark of the same code is refused, and its instance fails.
  const second = await make('a');
  await expect.poll(() => listed('--failed')).toMatchObject([{ recordId: second, workflow: 'marked' }]);
  const [failed] = await listed('--failed');
  if (waiting === undefined || failed === undefined) throw new Error('They are not there');

  const shown = await json(0, 'workflow', 'show', 'marks', failed.id);
  expect(shown).toMatchObject({
    status: 'failed',
    step: 'mark',
    history: [{ step: 'mark', status: 'failed' }],
  });
  const drawn = (await rocket('workflow', 'show', 'marks', waiting.id)).stdout;
  expect(drawn).toContain('ask');
  expect(await json(0, 'workflow', 'cancel', 'marks', waiting.id, '--comment', 'Not this one')).toMatchObject(
    {
      status: 'cancelled',
    },
  );
  expect(await rocket('workflow', 'cancel', 'marks', waiting.id)).toMatchObject({ code: 1, stdout: '' });
  expect(await json(0, 'workflow', 'show', 'marks', waiting.id)).toMatchObject({
    history: [{ status: 'completed' }, { status: 'cancelled', comment: 'Not this one' }],
    approvals: [],
  });

  const { data } = await askGraphql(path, '{ marks { id } }', { token });
  const [mark] = (data?.['marks'] ?? []) as { id: string }[];
  await askGraphql(path, `mutation { deleteMark(id: "${mark?.id}") { errors { code } } }`, { token });
  expect(await json(0, 'workflow', 'retry', 'marks', failed.id)).toMatchObject({ error: null });
  await expect.poll(() => listed('--waiting')).toMatchObject([{ id: failed.id, step: 'ask' }]);
  expect(await listed('--failed')).toEqual([]);
});
