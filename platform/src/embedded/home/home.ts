import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RocketError } from '@rocket/schema';
import { cleanUpAfter } from '../../lifecycle/clean-up.ts';
import type { Account } from './account.ts';
import { openDataDirectory, unusable } from './data-directory.ts';
import { isReachable } from './reachable.ts';
import { sharedPlace } from './shared-place.ts';

/** Files of one embedded server. */
export interface Home {
  readonly directory: string;
  /** PGDATA; belongs to the server's user. */
  readonly cluster: string;
  readonly passwordFile: string;
  readonly lockFile: string;
  readonly portFile: string;
  readonly logFile: string;
}

/** Others may enter but not list it: the server's user must reach its cluster. */
const HOME_MODE = 0o711;

/**
 * `<data directory>/postgres`. When the user that runs root's server cannot reach that, a directory with a random name
 * in a shared place. The file `postgres.location` in the data directory names it and moves with the data directory, so
 * that a new data directory at the same path does not find the data of an old one. An existing database is always used.
 * @throws RocketError `NOT_READY` that explains what prevents it
 */
export async function prepareHome(dataDir: string, account: Account | null): Promise<Home> {
  const parent = resolve(dataDir);
  try {
    await openDataDirectory(parent);
    if (account !== null) await openOwnDirectory(parent);
    const directory = await chooseDirectory(parent, account);
    await mkdir(directory, { recursive: true });
    await setMode(directory, account === null ? 0o700 : HOME_MODE);
    return homeAt(directory);
  } catch (cause) {
    throw unusable(parent, cause);
  }
}

async function chooseDirectory(parent: string, account: Account | null): Promise<string> {
  const local = join(parent, 'postgres');
  const elsewhere = await knownLocation(parent);
  if (elsewhere !== null) return elsewhere;
  if (account === null || (await isReachable(parent, account))) return local;
  if (await isThere(homeAt(local).cluster)) throw unreachable(local);
  return await sharedHome(parent, account);
}

/** The data directory itself is ours: others may enter it, but not list it. Its parents are not changed. */
async function openOwnDirectory(path: string): Promise<void> {
  const { mode, uid } = await stat(path);
  const isOurs = uid === 0 || (await isThere(join(path, 'postgres')));
  if (isOurs && (mode & 0o011) !== 0o011) await chmod(path, (mode & 0o7777) | 0o011);
}

async function setMode(directory: string, wanted: number): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & 0o777) !== wanted) await chmod(directory, wanted);
}

function unreachable(directory: string): RocketError {
  return new RocketError(
    'NOT_READY',
    `The database is in ${directory}, where the user postgres, as whom root runs PostgreSQL, cannot get: ` +
      'one of the directories above may be entered by its owner alone',
    { details: { hint: 'move the data directory to a place that all users can reach, such as below /srv' } },
  );
}

const LOCATION_FILE = 'postgres.location';

/** @throws RocketError `NOT_READY` when it names a missing place: a new database there would look like lost data */
async function knownLocation(parent: string): Promise<string | null> {
  const file = join(parent, LOCATION_FILE);
  const directory = (await readIfThere(file))?.trim() ?? null;
  if (directory === null || (await isThere(directory))) return directory;
  throw new RocketError(
    'NOT_READY',
    `The database of ${parent} is missing: ${file} says that it is in ${directory}, which is not there`,
    { details: { hint: `put it back, or delete ${parent} to begin anew without data` } },
  );
}

async function sharedHome(parent: string, account: Account): Promise<string> {
  const directory = join(await sharedPlace(account), `data-${randomBytes(8).toString('hex')}`);
  await mkdir(directory);
  // `wx`: of two first starts at once, one decides and the other reads.
  try {
    await writeFile(join(parent, LOCATION_FILE), `${directory}\n`, { flag: 'wx', mode: 0o600 });
    return directory;
  } catch (error) {
    const decided = await knownLocation(parent);
    if (decided === null) {
      await cleanUpAfter(error, () => rmdir(directory));
      throw error;
    }
    await rmdir(directory);
    return decided;
  }
}

function homeAt(directory: string): Home {
  return {
    directory,
    cluster: join(directory, 'cluster'),
    passwordFile: join(directory, 'password'),
    lockFile: join(directory, 'lock'),
    portFile: join(directory, 'port'),
    logFile: join(directory, 'server.log'),
  };
}

/** Content of a file, null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** @throws the error of the file system: a file that cannot be accessed must not count as missing */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
