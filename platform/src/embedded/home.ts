import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RocketError } from '@rocket/schema';
import type { Account } from './account.ts';
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

/** Search without listing: the server's user must get through to its cluster. */
const HOME_MODE = 0o711;

/**
 * `<data directory>/postgres`. When root's server user cannot get there, a directory of random name in a shared place,
 * which the file `postgres.location` in the data directory names: it moves with the data directory, and a new data
 * directory at the same path does not find the data of an old one.
 */
export async function prepareHome(dataDir: string, account: Account | null): Promise<Home> {
  const parent = resolve(dataDir);
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    if (account !== null) await openOwnDirectory(parent);
    const reachable = await isReachable(parent, account);
    const directory =
      account === null || reachable ? join(parent, 'postgres') : await sharedHome(parent, account);
    await mkdir(directory, { recursive: true });
    await chmod(directory, account === null ? 0o700 : HOME_MODE);
    return homeAt(directory);
  } catch (cause) {
    if (cause instanceof RocketError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RocketError('NOT_READY', `The data directory ${parent} cannot be used: ${reason}`, { cause });
  }
}

/** The data directory itself is ours: let others through it, but not list it. Its parents are not touched. */
async function openOwnDirectory(path: string): Promise<void> {
  const { mode, uid } = await stat(path);
  if (uid === 0) await chmod(path, (mode & 0o7777) | 0o011);
}

async function sharedHome(parent: string, account: Account): Promise<string> {
  const locationFile = join(parent, 'postgres.location');
  const known = await readIfThere(locationFile);
  if (known !== null) return known.trim();
  const directory = join(await sharedPlace(account), `data-${randomBytes(8).toString('hex')}`);
  // `wx`: of two first starts at once, one decides and the other reads.
  const decided = await writeFile(locationFile, `${directory}\n`, { flag: 'wx', mode: 0o600 }).then(
    () => true,
    () => false,
  );
  return decided ? directory : (await readFile(locationFile, 'utf8')).trim();
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
