/** Data directories that were copied, moved, given to others, or are none. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, lstat, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serverAccount } from '../../src/embedded/home/account.ts';
import { isReachable } from '../../src/embedded/home/reachable.ts';
import { EmbeddedFixture, query } from '../support/embedded.ts';

let fixture: EmbeddedFixture;
const isRoot = process.getuid?.() === 0;

beforeEach(() => {
  fixture = new EmbeddedFixture();
});

afterEach(() => fixture.dispose());

/** A data directory in which a stopped server left a table. Its own parent can be reached by all. */
async function usedDirectory(): Promise<{ dataDir: string; home: string }> {
  const parent = await fixture.directory();
  await chmod(parent, 0o755);
  const dataDir = join(parent, 'data');
  const server = await fixture.start(dataDir);
  await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await server.stop();
  return { dataDir, home: server.directory };
}

async function expectKept(dataDir: string): Promise<void> {
  const { url } = await fixture.start(dataDir);
  expect(await query(url, 'SELECT answer FROM kept')).toEqual([[42]]);
}

async function chownAll(path: string, uid: number): Promise<void> {
  for (const entry of await readdir(path, { recursive: true })) await chown(join(path, entry), uid, uid);
  await chown(path, uid, uid);
}

describe('a copied data directory starts', () => {
  test('with mode 0755', async () => {
    const { dataDir, home } = await usedDirectory();
    await chmod(join(home, 'cluster'), 0o755);
    await expectKept(dataDir);
    expect((await stat(join(home, 'cluster'))).mode & 0o777).toBe(0o700);
  });

  test.runIf(isRoot)('with its files owned by root, or by somebody else', async () => {
    const { dataDir, home } = await usedDirectory();
    const account = await serverAccount();
    for (const uid of [0, 54_321]) {
      await chownAll(dataDir, uid);
      await chmod(dataDir, 0o700);
      await expectKept(dataDir);
      expect((await lstat(join(home, 'cluster', 'global', 'pg_control'))).uid).toBe(account?.uid);
      await fixture.stopAll();
    }
  });

  test.runIf(isRoot)(
    'below a directory that only root may enter, and after it was moved out of it',
    async () => {
      const parent = await fixture.directory();
      const server = await fixture.start(join(parent, 'data'));
      await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      await server.stop();
      const open = await fixture.directory();
      await chmod(open, 0o755);
      await rename(join(parent, 'data'), join(open, 'data'));
      expect(await isReachable(join(open, 'data'), await serverAccount())).toBe(true);
      await expectKept(join(open, 'data'));
    },
  );
});

describe('no empty database takes the place of one that is missing', () => {
  test('when the cluster is gone', async () => {
    const { dataDir, home } = await usedDirectory();
    await rename(join(home, 'cluster'), join(home, 'elsewhere'));
    await expect(fixture.start(dataDir)).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('The database is missing'),
    });
    await rename(join(home, 'elsewhere'), join(home, 'cluster'));
    await expectKept(dataDir);
  });

  test('when only the password is left of it', async () => {
    const dataDir = await fixture.directory();
    await chmod(dataDir, 0o755);
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'password'), 'secret\n');
    await expect(fixture.start(dataDir)).rejects.toThrow('The database is missing');
  });

  test('when a part of the cluster was not copied', async () => {
    const { dataDir, home } = await usedDirectory();
    await rm(join(home, 'cluster', 'global', 'pg_control'));
    await expect(fixture.start(dataDir)).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringMatching(/is not whole: \S+pg_control is missing$/),
    });
  });

  test.runIf(isRoot)('when it was moved to where its user cannot get', async () => {
    const { dataDir } = await usedDirectory();
    const closed = join(await fixture.directory(), 'data');
    await cp(dataDir, closed, { recursive: true });
    await expect(fixture.start(closed)).rejects.toThrow('cannot get');
  });

  test.runIf(isRoot)('when the place that postgres.location names is gone', async () => {
    const dataDir = join(await fixture.directory(), 'data');
    const server = await fixture.start(dataDir);
    await server.stop();
    await rm(server.directory, { recursive: true });
    await expect(fixture.start(dataDir)).rejects.toThrow('postgres.location says');
  });
});

test('what other files tell of an earlier run counts as well', async () => {
  const dataDir = await fixture.directory();
  const trace = join(dataDir, 'admin-password');
  await writeFile(trace, 'secret\n');
  await expect(fixture.start(dataDir, { tracesOfUse: [trace] })).rejects.toThrow(`${trace} is left from one`);
  await rm(trace);
  await fixture.start(dataDir, { tracesOfUse: [trace] });
});

test.runIf(isRoot)('what belongs to another user is refused in a sentence', async (context) => {
  const { dataDir } = await usedDirectory();
  const other = { uid: 54_321, gid: 54_321 };
  if (!(await isReachable(import.meta.dirname, other)))
    context.skip('another user runs the program from here, and cannot enter this folder');
  const script = join(import.meta.dirname, '../support/start-embedded.ts');
  const refusal = async (directory: string) => {
    const child = spawn(process.execPath, [script, directory, 'exit'], {
      ...other,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return stderr;
  };
  expect(await refusal(dataDir)).toContain('cannot be used: this user may not write there');
  await chmod(dataDir, 0o777);
  await chmod(join(dataDir, 'postgres'), 0o777);
  await chown(join(dataDir, 'postgres'), other.uid, other.gid);
  expect(await refusal(dataDir)).toContain('belongs to another user');
});
