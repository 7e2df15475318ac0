import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { createTestDatabase } from '../harness/servers/postgres.ts';
import { runRocket, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

test('variables of the shell for psql have no effect on a start', async () => {
  const directory = await temporaryDirectory();
  const server = await startRocket(['start'], {
    ROCKET_DATA_DIR: directory.path,
    ROCKET_DEMO: '0',
    PGOPTIONS: '-c default_transaction_read_only=on',
    PGSSLMODE: 'require',
    PGSSLNEGOTIATION: 'direct',
    PGHOST: 'nowhere.invalid',
    PGPORT: '1',
    PGUSER: 'nobody',
    PGDATABASE: 'nothing',
    PGCLIENT_ENCODING: 'LATIN1',
    PGREPLICATION: 'database',
    PGDATA: '/nowhere',
    PGTZ: 'Asia/Tokyo',
  });
  try {
    await server.waitFor('/ready');
  } finally {
    await server.end();
    await directory.dispose();
  }
});

test('a server address without a database serves imports', async () => {
  const { serverUrl, dispose } = await createTestDatabase();
  const directory = await temporaryDirectory();
  const url = new URL(serverUrl);
  url.pathname = '/';
  const catalog = await createTestDatabase();
  const settings = {
    ROCKET_DATA_DIR: directory.path,
    ROCKET_DEMO: '0',
    DATABASE_URL: url.toString(),
    ROCKET_CATALOG_URL: catalog.url,
  };
  const server = await startRocket(['start'], settings);
  const app = `plain_${catalog.name.slice(-8)}`;
  const note = {
    version: 1,
    entities: [noteEntity()],
  };
  try {
    await server.waitFor('/ready');
    const rocket = (args: readonly string[], input = '') =>
      runRocket(args, { ROCKET_DATA_DIR: directory.path }, input);
    expect(await rocket(['app', 'import', app, '-'], JSON.stringify(note))).toMatchObject({ code: 0 });
    expect(await rocket(['app', 'remove', app, '--yes'])).toMatchObject({ code: 0 });
  } finally {
    await server.end();
    await rm(directory.path, { recursive: true });
    await catalog.dispose();
    await dispose();
  }
});

test('a server address with a database that is not there is refused at the start', async () => {
  const { serverUrl, dispose } = await createTestDatabase();
  const directory = await temporaryDirectory();
  const url = new URL(serverUrl);
  url.pathname = '/no_such_database';
  const server = await startRocket(['start'], {
    ROCKET_DATA_DIR: directory.path,
    DATABASE_URL: url.toString(),
  });
  const { code, stderr } = await server.finished;
  await directory.dispose();
  await dispose();
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^rocket: The Postgres server at \S+\/no_such_database cannot be used: .*DATABASE_URL/,
  );
  expect(stderr).not.toContain(url.password);
});
