import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../harness/servers/postgres.ts';
import { runRocket, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the command line without a server', () => {
  test('tells its version', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(await runRocket(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([['--version'], ['--help']])('ends quietly when nobody reads what %s prints', async (option) => {
    const child = spawn(process.execPath, [join(ROOT, 'cli/bin/rocket.js'), option], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('says in words why a file cannot be read', async () => {
    const missing = join(ROOT, 'nofile.json');
    for (const [file, reason] of [
      [missing, 'there is no such file'],
      [ROOT, 'it is a directory'],
    ] as const) {
      expect(await runRocket(['app', 'import', 'notes', file])).toEqual({
        code: 1,
        stdout: '',
        stderr: `rocket: Cannot read ${file}: ${reason}\n`,
      });
    }
  });

  test('refuses text that is not in UTF-8, and names where it is', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory.path, 'latin1.json');
    const latin1 = Buffer.from('{\n  "version": 1,\n  "x": "caf\xe9"\n}', 'latin1');
    await writeFile(file, latin1);
    const refusal = async (args: readonly string[], input: string | Buffer = '') => {
      const { code, stdout, stderr } = await runRocket(args, { PORT: '0' }, input);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      return stderr;
    };
    expect(await refusal(['app', 'import', 'notes', file])).toContain(
      `rocket: ${file}, line 3, is not in UTF-8`,
    );
    expect(await refusal(['gateway', '--supergraph', file])).toContain(`${file}, line 3, is not in UTF-8`);
    expect(await refusal(['app', 'import', 'notes', '-'], latin1)).toContain('the standard input, line 3,');
    const password = Buffer.from('pa\xdfword long\n', 'latin1');
    expect(await refusal(['user', 'add', 'ann@example.com', '--password-stdin'], password)).toContain(
      'the standard input, line 1, is not in UTF-8',
    );
    await directory.dispose();
  });

  test.each([
    ['a plain schema', 'type Query { a: Int }'],
    ['what is no GraphQL', 'type Query { a:'],
  ])('says that a file is no supergraph: %s', async (_, text) => {
    const directory = await temporaryDirectory();
    const file = join(directory.path, 'supergraph.graphql');
    await writeFile(file, text);
    const { code, stderr } = await runRocket(['gateway', '--supergraph', file], {});
    expect(code).toBe(1);
    expect(stderr).toContain('no supergraph of Federation 2');
    await directory.dispose();
  });

  test('names commands in the form that works where the user stands', async () => {
    const directory = await temporaryDirectory();
    const program = join(ROOT, 'cli/bin/rocket.js');
    await symlink(program, join(directory.path, 'rocket'));
    const hint = async (cwd: string, path: string[] = []) => {
      const child = spawn(process.execPath, [program, 'app', 'list'], {
        cwd,
        env: {
          PATH: [...path, process.env['PATH']].join(delimiter),
          ROCKET_DATA_DIR: join(directory.path, 'none'),
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')]);
      return stderr;
    };
    expect(await hint(ROOT)).toContain('start one with `npx rocket start`');
    expect(await hint(directory.path)).toContain(`start one with \`node ${program} start\``);
    expect(await hint(directory.path, [directory.path])).toContain('start one with `rocket start`');
    await directory.dispose();
  });

  test('tells programs of wrong usage as JSON', async () => {
    for (const args of [
      ['app', 'import', 'notes'],
      ['shard', 'add'],
      ['app', 'list', '--no-such-option'],
      ['shard', 'add', 's1', '--url', 'http://127.0.0.1:1'],
      ['cache', 'explain', 'query.graphql'],
    ]) {
      const { code, stdout, stderr } = await runRocket([...args, '--json']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(JSON.parse(stderr)).toMatchObject({
        error: { code: 'BAD_REQUEST', message: expect.any(String) },
      });
    }
  });

  test('names a catalog that cannot be reached, without its password', async () => {
    const url = 'postgres://rocket:very-secret@127.0.0.1:1/rocket_catalog';
    const shard = ['shard', 'add', 's1', '--database', 'postgres://127.0.0.1:1/postgres'];
    for (const args of [['gateway'], shard]) {
      const { code, stderr } = await runRocket(args, { ROCKET_CATALOG_URL: url, PORT: '0' });
      expect(code).toBe(1);
      expect(stderr).toContain('The catalog at 127.0.0.1:1/rocket_catalog cannot be reached');
      expect(stderr).toContain('ROCKET_CATALOG_URL');
      expect(stderr).not.toContain('very-secret');
    }
  });

  test('warns when nobody can sign in to a gateway', async () => {
    const database = await createTestDatabase();
    const gateway = await startRocket(['gateway'], { ROCKET_CATALOG_URL: database.url });
    try {
      await gateway.waitFor('/health');
      expect(gateway.output()).toContain('set ROCKET_ADMIN_PASSWORD');
    } finally {
      await gateway.end();
      await database.dispose();
    }
  });
});
