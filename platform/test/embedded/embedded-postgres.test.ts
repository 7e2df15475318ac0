import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isRunning } from '../../src/embedded/stop-server.ts';
import { createDatabaseIfMissing, databaseUrl } from '../../src/postgres/server.ts';
import { EmbeddedFixture, query } from '../support/embedded.ts';
import { codeOf } from '../support/fixtures.ts';

let fixture: EmbeddedFixture;

beforeEach(() => {
  fixture = new EmbeddedFixture();
});

afterEach(() => fixture.dispose());

test('data, password and port outlive a restart', async () => {
  const dataDir = await fixture.directory();
  const first = await fixture.start(dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  await first.stop();
  expect(await isRunning(first.pid)).toBe(false);
  const second = await fixture.start(dataDir);
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([[42]]);
});

test('it listens on loopback only, asks for the password, and keeps it for its owner', async () => {
  const { url, directory } = await fixture.start(await fixture.directory());
  expect(new URL(url).hostname).toBe('127.0.0.1');
  expect(await query(url, 'SHOW listen_addresses')).toEqual([['127.0.0.1']]);
  const wrong = new URL(url);
  wrong.password = 'guess';
  await expect(query(wrong.toString(), 'SELECT 1')).rejects.toThrow('password authentication failed');
  expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
  expect(await query(url, `SELECT lower('É'), 'a' < 'B', current_setting('server_encoding')`)).toEqual([
    ['é', false, 'UTF8'],
  ]);
});

test('databases on it sort texts by code point, whatever the locale of the server', async () => {
  const { url } = await fixture.start(await fixture.directory());
  // As a server that an administrator has set up in another language.
  await query(
    url,
    `UPDATE pg_database SET datlocprovider = 'i', datlocale = 'en' WHERE datname = 'template0'`,
  );
  await query(url, 'CREATE DATABASE english TEMPLATE template0');
  expect(await createDatabaseIfMissing(url, 'ours')).toBe(true);
  const sorted = `SELECT string_agg(t, ' ' ORDER BY t), lower('É') FROM unnest(ARRAY['é', 'b', 'Z', 'a', '_']) AS t`;
  expect(await query(databaseUrl(url, 'english'), sorted)).toEqual([['_ a b é Z', 'é']]);
  expect(await query(databaseUrl(url, 'ours'), sorted)).toEqual([['Z _ a b é', 'é']]);
});

test('after a kill -9 of the parent the next start takes over from the orphan', async () => {
  const dataDir = await fixture.directory();
  const orphan = await fixture.startElsewhere(dataDir, 'wait');
  await query(orphan.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  orphan.child.kill('SIGKILL');
  await orphan.ended;
  expect(await isRunning(orphan.pid)).toBe(true);
  const next = await fixture.start(dataDir);
  expect(next.pid).not.toBe(orphan.pid);
  expect(await isRunning(orphan.pid)).toBe(false);
  expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([[42]]);
});

test('a server that is killed comes back on its port with its data', async () => {
  const server = await fixture.start(await fixture.directory(), { durable: true });
  const { url, pid } = server;
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(async () => expect(await query(url, 'SELECT answer FROM kept')).toEqual([[42]]), {
    timeout: 30_000,
    interval: 100,
  });
  expect(server.pid).not.toBe(pid);
  await server.stop();
  expect(await isRunning(server.pid)).toBe(false);
});

test('a stop ends the attempts to bring a server back', async () => {
  const lost: unknown[] = [];
  const dataDir = await fixture.directory();
  const server = await fixture.start(dataDir, { onLost: (error) => lost.push(error) });
  await rm(join(server.directory, 'cluster', 'PG_VERSION'));
  process.kill(server.pid, 'SIGKILL');
  await vi.waitFor(async () => expect(await isRunning(server.pid)).toBe(false));
  await server.stop();
  // Nobody holds the directory any more, and nobody complains.
  await expect(fixture.start(dataDir)).rejects.toThrow('The database is missing');
  expect(lost).toEqual([]);
});

test('a process that ends without a stop leaves no server behind', async () => {
  const { pid, ended } = await fixture.startElsewhere(await fixture.directory(), 'exit');
  await ended;
  await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout: 20_000 });
});

test.each([
  // The largest process id Linux can give.
  ['a process that is gone', 4_194_303],
  ['another program', process.pid],
])('a stale postmaster.pid of %s is no obstacle', async (_, pid) => {
  const dataDir = await fixture.directory();
  const first = await fixture.start(dataDir);
  const pidFile = join(first.directory, 'cluster', 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await first.stop();
  await writeFile(pidFile, [String(pid), ...lines.slice(1)].join('\n'));
  const { url } = await fixture.start(dataDir);
  expect(await query(url, 'SELECT 1')).toEqual([[1]]);
});

test('of two starts on one data directory in a process one is refused', async () => {
  const dataDir = await fixture.directory();
  const outcomes = await Promise.allSettled([fixture.start(dataDir), fixture.start(dataDir)]);
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(refused).toMatchObject([{ code: 'CONFLICT', message: expect.stringContaining('already used') }]);
});

test('a data directory that another process uses is refused, and its server goes on', async () => {
  const dataDir = await fixture.directory();
  const { url } = await fixture.startElsewhere(dataDir, 'wait');
  expect(await codeOf(fixture.start(dataDir))).toBe('CONFLICT');
  expect(await query(url, 'SELECT 1')).toEqual([[1]]);
});

test('a port that is taken is named', async () => {
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, '127.0.0.1', () => {
      const address = blocker.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  try {
    await expect(fixture.start(await fixture.directory(), { port })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(String(port)),
    });
  } finally {
    blocker.close();
  }
});

test('a first start that was cut short is repeated', async () => {
  const dataDir = await fixture.directory();
  await mkdir(join(dataDir, 'postgres', 'cluster.new', 'base'), { recursive: true });
  const { url } = await fixture.start(dataDir);
  expect(await query(url, 'SELECT 1')).toEqual([[1]]);
});

test('data of another version and a data directory that is a file are refused with the reason', async () => {
  const dataDir = await fixture.directory();
  await mkdir(join(dataDir, 'postgres', 'cluster'), { recursive: true });
  await writeFile(join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), '15\n');
  await expect(fixture.start(dataDir)).rejects.toMatchObject({
    code: 'NOT_READY',
    message: expect.stringContaining('PostgreSQL 15'),
  });
  const file = join(dataDir, 'file');
  await writeFile(file, '');
  await expect(fixture.start(file)).rejects.toMatchObject({
    code: 'NOT_READY',
    message: expect.stringContaining(file),
  });
});
