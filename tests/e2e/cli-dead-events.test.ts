/** Events that were given up, and workflows where there are none, on the command line. */
import { type Catalog, createLogger, openCatalog } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../harness/servers/postgres.ts';
import {
  type RocketProcess,
  runRocket,
  startRocket,
  temporaryDirectory,
} from '../harness/servers/rocket-process.ts';

let database: TestDatabase;
let catalog: Catalog;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: RocketProcess;

const environment = () => ({
  ...{ ROCKET_DATA_DIR: directory.path, ROCKET_DEMO: '0' },
  ...{ DATABASE_URL: database.serverUrl, ROCKET_CATALOG_URL: database.url },
});
const rocket = (...args: readonly string[]) => runRocket(args, environment());
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
