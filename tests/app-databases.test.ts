/** An import makes databases and a removal drops them: never one that is not the app's own. */
import {
  createDatabase,
  createDatabaseIfMissing,
  createLogger,
  databaseExists,
  databaseUrl,
  dropDatabase,
} from '@rocket/platform';
import { appDatabaseName, appName } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { noteEntity } from './harness/note-entity.ts';
import { createWorld, fieldOf, type World } from './harness/world.ts';

const NOTE_ID = '11111111-1111-4111-8111-111111111111';
const DOCUMENT = {
  version: 1,
  entities: [noteEntity({ name: 'text', type: 'string', unique: true })],
  sample_data: { note: [{ id: NOTE_ID, text: 'mine' }] },
};

let world: World;
let stranger: World;
beforeAll(async () => {
  [world, stranger] = await Promise.all([createWorld(), createWorld()]);
});
afterAll(() => Promise.all([world.dispose(), stranger.dispose()]));

const serverUrl = () => inject('postgresServerUrl');
const databaseOf = (name: string) => appDatabaseName(appName(world.app(name)));

async function sql(name: string, text: string): Promise<readonly (readonly unknown[])[]> {
  const logger = createLogger({ level: 'silent', name: 'test' });
  const database = createDatabase({ url: databaseUrl(serverUrl(), databaseOf(name)), logger });
  try {
    return await database.query({ text, values: [] });
  } finally {
    await database.close();
  }
}

const importInto = (at: World, name: string, document: unknown = DOCUMENT) =>
  at.ask(
    '/admin/graphql',
    'mutation($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }',
    { variables: { name, document } },
  );
const removeApp = (name: string) =>
  world.ask('/admin/graphql', `mutation { removeApp(name: "${world.app(name)}") { removed } }`);
const appNames = async (at: World) =>
  fieldOf<{ name: string }[]>(await at.ask('/admin/graphql', '{ apps { name } }'), 'apps').map(
    (app) => app.name,
  );

describe('a database that nobody knows', () => {
  it('is neither used nor dropped when it holds anything', async () => {
    const name = databaseOf('found');
    await createDatabaseIfMissing(serverUrl(), name);
    try {
      await sql('found', 'CREATE TABLE precious AS SELECT 42 AS answer');
      const { errors } = await importInto(world, world.app('found'));
      expect(errors).toMatchObject([
        { message: expect.stringContaining(name), extensions: { code: 'CONFLICT' } },
      ]);
      expect(await appNames(world)).not.toContain(world.app('found'));
      expect(await sql('found', 'SELECT answer FROM precious')).toEqual([[42]]);
    } finally {
      await dropDatabase(serverUrl(), name);
    }
  });

  it('is used when it is empty, and is as before when the first import fails', async () => {
    const name = databaseOf('empty');
    await createDatabaseIfMissing(serverUrl(), name);
    try {
      const text = Array.from({ length: 20_000 }, () => Math.random().toString(36).at(-1)).join('');
      const unfit = { ...DOCUMENT, sample_data: { note: [{ id: NOTE_ID, text }] } };
      expect((await importInto(world, world.app('empty'), unfit)).errors).toMatchObject([
        { message: expect.stringContaining('The sample rows of note') },
      ]);
      expect(
        await sql('empty', `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`),
      ).toEqual([]);
      expect((await importInto(world, world.app('empty'))).errors).toEqual([]);
      expect((await removeApp('empty')).data).toEqual({ removeApp: { removed: true } });
      expect(await databaseExists(serverUrl(), name)).toBe(false);
    } finally {
      await dropDatabase(serverUrl(), name);
    }
  });
});

describe('the database of another installation', () => {
  it('is left alone by an import of the same name', async () => {
    expect((await importInto(world, world.app('shared'))).errors).toEqual([]);
    const { errors } = await importInto(stranger, world.app('shared'));
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await appNames(stranger)).not.toContain(world.app('shared'));
    expect((await world.askApp('shared', '{ notes { text } }')).data).toEqual({ notes: [{ text: 'mine' }] });
  });
});

describe('the database of an app', () => {
  it('is not dropped when it says that it is of another', async () => {
    expect((await importInto(world, world.app('taken'))).errors).toEqual([]);
    const mark = `UPDATE _meta SET value = jsonb_set(value, '{id}', '"00000000-0000-4000-8000-000000000000"')
                  WHERE key = 'owner'`;
    await sql('taken', mark);
    expect((await removeApp('taken')).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await sql('taken', 'SELECT text FROM notes')).toEqual([['mine']]);
    expect(await appNames(world)).toContain(world.app('taken'));
  });

  it('learns whose it is by an import when it was made before databases knew', async () => {
    expect((await importInto(world, world.app('older'))).errors).toEqual([]);
    await sql('older', `DELETE FROM _meta WHERE key = 'owner'`);
    expect((await removeApp('older')).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect((await importInto(world, world.app('older'))).errors).toEqual([]);
    expect((await removeApp('older')).data).toEqual({ removeApp: { removed: true } });
    expect(await databaseExists(serverUrl(), databaseOf('older'))).toBe(false);
  });
});

describe('a name that the platform needs', () => {
  it.each(['catalog', 'platform'])('is not given to an app: %s', async (name) => {
    const { errors } = await importInto(world, name);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(name), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });
});
