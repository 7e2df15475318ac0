import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RocketError } from '@rocket/schema';
import { cleaningUp } from '../lifecycle/clean-up.ts';
import type { Binaries } from './binaries.ts';
import type { Account } from './home/account.ts';
import { type Home, isThere, readIfThere } from './home/home.ts';
import { runProgram } from './run-program.ts';

export const SUPERUSER = 'postgres';
const PASSWORD_BYTES = 24;
const MAJOR_VERSION = '18';

interface InitOptions {
  readonly binaries: Binaries;
  readonly home: Home;
  readonly account: Account | null;
  readonly durable: boolean;
  /** Files that exist only after a run with a cluster. */
  readonly tracesOfUse: readonly string[];
}

/** Creates the cluster on first use. @returns the superuser's password */
export async function ensureCluster(options: InitOptions): Promise<string> {
  const { home } = options;
  const version = (await readIfThere(join(home.cluster, 'PG_VERSION')).catch(unreadable(home)))?.trim();
  if (version === undefined) {
    await refuseLostCluster(options);
    return await initCluster(options);
  }
  if (version !== MAJOR_VERSION) {
    throw new RocketError(
      'NOT_READY',
      `The data in ${home.cluster} are of PostgreSQL ${version}, this is ${MAJOR_VERSION}: move them with ` +
        'pg_dump, or set ROCKET_DATA_DIR to another directory',
    );
  }
  await refusePartialCluster(home);
  const password = await readIfThere(home.passwordFile);
  if (password !== null) return password.trim();
  throw new RocketError(
    'NOT_READY',
    `The password of the embedded PostgreSQL is gone: ${home.passwordFile} is missing beside ${basename(home.cluster)}`,
  );
}

/**
 * A database that was moved away or copied incompletely must not be replaced by an empty one: that would look like the
 * loss of all data. An interrupted first start leaves a password too, but beside the directory of an unfinished
 * cluster.
 */
async function refuseLostCluster({ home, tracesOfUse }: InitOptions): Promise<void> {
  const wasCutShort = await isThere(freshCluster(home));
  const traces = [
    home.cluster,
    home.portFile,
    home.logFile,
    ...(wasCutShort ? [] : [home.passwordFile]),
    ...tracesOfUse,
  ];
  for (const trace of traces) {
    if (!(await isThere(trace))) continue;
    throw new RocketError(
      'NOT_READY',
      `The database is missing: there is none in ${home.cluster}, but ${trace} is left from one`,
      {
        details: {
          hint:
            'put the whole directory back, as from a backup; to begin anew without data, delete the data directory. ' +
            'If the data are on another server, set DATABASE_URL as before',
        },
      },
    );
  }
}

/** Without these PostgreSQL does not start, and its message is only clear to those who know its internals. */
const NEEDED_IN_CLUSTER = [
  'base',
  'global/pg_control',
  'pg_wal',
  'pg_xact',
  'pg_multixact',
  'postgresql.conf',
];

async function refusePartialCluster(home: Home): Promise<void> {
  for (const name of NEEDED_IN_CLUSTER) {
    const path = join(home.cluster, name);
    if (await isThere(path)) continue;
    throw new RocketError('NOT_READY', `The database in ${home.cluster} is not whole: ${path} is missing`, {
      details: {
        hint: 'copy the whole data directory again, with cp -a or tar while nothing runs in it, or take a backup',
      },
    });
  }
}

/** Where a cluster is made. */
function freshCluster(home: Home): string {
  return `${home.cluster}.new`;
}

async function initCluster(options: InitOptions): Promise<string> {
  const { home, account, binaries, durable } = options;
  const password = randomBytes(PASSWORD_BYTES).toString('hex');
  const fresh = freshCluster(home);
  const passwordForInitdb = join(home.directory, 'password.new');
  const make = async (): Promise<string> => {
    // Left by an interrupted first start; the lock makes sure that nobody else is working on it.
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(home.passwordFile, `${password}\n`, { mode: 0o600 });
    await writeFile(passwordForInitdb, `${password}\n`, { mode: 0o600 });
    if (account !== null) {
      await chown(fresh, account.uid, account.gid);
      await chown(passwordForInitdb, account.uid, account.gid);
    }
    const args = initdbArguments({ cluster: fresh, passwordFile: passwordForInitdb, durable });
    await runProgram(binaries.initdb, args, { cwd: home.directory, ...account });
    // Renamed only when it is complete.
    await rename(fresh, home.cluster);
    return password;
  };
  try {
    return await cleaningUp(make, () => rm(passwordForInitdb, { force: true }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RocketError('NOT_READY', `initdb failed in ${home.directory}: ${reason}`, { cause });
  }
}

function initdbArguments(options: { cluster: string; passwordFile: string; durable: boolean }): string[] {
  return [
    `--pgdata=${options.cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${options.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    // Sorts by code point, as fast as C and the same on every machine, but converts the case of all letters.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ];
}

function unreadable(home: Home): (cause: unknown) => never {
  return (cause) => {
    throw new RocketError('NOT_READY', `No permission to read ${home.cluster}`, { cause });
  };
}
