import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RocketError } from '@rocket/schema';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { type Home, readIfThere } from './home.ts';
import { runProgram } from './run-program.ts';

export const SUPERUSER = 'postgres';
const PASSWORD_BYTES = 24;
const MAJOR_VERSION = '18';

interface InitOptions {
  readonly binaries: Binaries;
  readonly home: Home;
  readonly account: Account | null;
  readonly durable: boolean;
}

/** Makes the cluster on first use. @returns the superuser's password */
export async function ensureCluster(options: InitOptions): Promise<string> {
  const { home } = options;
  const version = (await readIfThere(join(home.cluster, 'PG_VERSION')).catch(unreadable(home)))?.trim();
  if (version === undefined) return await initCluster(options);
  if (version !== MAJOR_VERSION) {
    throw new RocketError(
      'NOT_READY',
      `The data in ${home.cluster} are of PostgreSQL ${version}, this is ${MAJOR_VERSION}: move them with ` +
        'pg_dump, or set ROCKET_DATA_DIR to another directory',
    );
  }
  const password = await readIfThere(home.passwordFile);
  if (password !== null) return password.trim();
  throw new RocketError(
    'NOT_READY',
    `The password of the embedded PostgreSQL is gone: ${home.passwordFile} is missing beside ${basename(home.cluster)}`,
  );
}

async function initCluster(options: InitOptions): Promise<string> {
  const { home, account, binaries, durable } = options;
  const password = randomBytes(PASSWORD_BYTES).toString('hex');
  const fresh = `${home.cluster}.new`;
  const passwordForInitdb = join(home.directory, 'password.new');
  try {
    // What a first start that was cut short left; the lock makes sure that nobody is at work on it.
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(home.passwordFile, `${password}\n`, { mode: 0o600 });
    await writeFile(passwordForInitdb, `${password}\n`, { mode: 0o600 });
    if (account !== null) {
      await chown(fresh, account.uid, account.gid);
      await chown(passwordForInitdb, account.uid, account.gid);
    }
    const args = initdbArguments({ cluster: fresh, passwordFile: passwordForInitdb, durable });
    await runProgram(binaries.initdb, args, { cwd: home.directory, account });
    // Under its name only when it is whole.
    await rename(fresh, home.cluster);
    return password;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RocketError('NOT_READY', `initdb failed in ${home.directory}: ${reason}`, { cause });
  } finally {
    await rm(passwordForInitdb, { force: true });
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
    // Sorts by code point, as fast as C and the same on every machine, but knows upper and lower case of all letters.
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
