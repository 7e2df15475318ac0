import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Path of an installed server, or null where there is none, which one line says. For `describe.skipIf`.
 * @throws with `CI=true`: there every test has to run
 */
export function findProgram(name: string): string | null {
  // Debian has servers in a directory that is not on every user's PATH.
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  if (process.env['CI'] === 'true') throw new Error(`${name} is not installed`);
  process.stderr.write(`${name} is not installed: the tests that need it are skipped\n`);
  return null;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
