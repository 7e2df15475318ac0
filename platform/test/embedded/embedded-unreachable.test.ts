/**
 * Places that the server's user cannot reach when we are root. For any other user the server is that user, and the
 * same expectations hold with everything in place.
 */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverAccount } from '../../src/embedded/home/account.ts';
import { isReachable } from '../../src/embedded/home/reachable.ts';
import { stageBinaries } from '../../src/embedded/stage-binaries.ts';
import { EmbeddedFixture, query } from '../support/embedded.ts';

let fixture: EmbeddedFixture;

beforeEach(() => {
  fixture = new EmbeddedFixture();
});

afterEach(() => fixture.dispose());

test('a data directory below one of mode 0700 works, keeps its data, and its parent keeps its mode', async () => {
  const parent = await fixture.directory();
  const dataDir = join(parent, 'data');
  const first = await fixture.start(dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  expect(await isReachable(first.directory, await serverAccount())).toBe(true);
  expect((await stat(parent)).mode & 0o777).toBe(0o700);
  await first.stop();
  const second = await fixture.start(dataDir);
  expect(second.directory).toBe(first.directory);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([[42]]);
});

test('a new data directory at the place of a removed one does not find the old data', async () => {
  const parent = await fixture.directory();
  const dataDir = join(parent, 'data');
  const first = await fixture.start(dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  await rm(dataDir, { recursive: true });
  const second = await fixture.start(dataDir);
  await expect(query(second.url, 'SELECT answer FROM kept')).rejects.toThrow('does not exist');
});

test('programs that cannot be reached are run from a copy that can', async () => {
  const root = join(await fixture.directory(), 'native');
  const name = `@rocket-test/programs-${process.pid}`;
  await mkdir(join(root, 'bin'), { recursive: true });
  await writeFile(join(root, '..', 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
  await writeFile(join(root, 'bin', 'postgres'), 'program', { mode: 0o755 });
  const binaries = { root, postgres: join(root, 'bin', 'postgres'), initdb: join(root, 'bin', 'initdb') };
  const account = await serverAccount();
  const staged = await Promise.all([stageBinaries(binaries, account), stageBinaries(binaries, account)]);
  try {
    expect(staged[0]).toEqual(staged[1]);
    expect(await isReachable(dirname(staged[0].postgres), account)).toBe(true);
    expect(await readFile(staged[0].postgres, 'utf8')).toBe('program');
    expect((await stat(staged[0].postgres)).mode & 0o111).toBe(0o111);
  } finally {
    await rm(staged[0].root, { recursive: true, force: true });
  }
});
