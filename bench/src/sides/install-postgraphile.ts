/** Installs the PostGraphile of the benchmarks, a package that a plain `npm install` of the repository leaves out. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FOLDER = join(import.meta.dirname, '../../postgraphile');
/** npm writes it when an installation is complete. */
const INSTALLED = join(FOLDER, 'node_modules/.package-lock.json');

/** Does nothing where it is installed. Fails with npm's own words. */
export async function installPostgraphile(): Promise<void> {
  if (await exists(INSTALLED)) return;
  console.error('Installing PostGraphile, for this once');
  await promisify(execFile)('npm', ['ci', '--no-progress'], { cwd: FOLDER });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
