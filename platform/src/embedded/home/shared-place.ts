/**
 * Where root keeps files that the server's user could not reach otherwise: in `/root`, or in a temporary directory of
 * mode 0700. We must not open those directories to others, so we use another place.
 */
import { chmod, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RocketError } from '@rocket/schema';
import type { Account } from './account.ts';
import { isReachable } from './reachable.ts';

/** `/var/lib` survives a reboot; the temporary directory is for systems where `/var/lib` is not writable. */
const BASES = ['/var/lib', tmpdir()];
const NAME = 'rocket-graph';
/** Others may enter but not list it: the names in it are random. */
const PLACE_MODE = 0o711;

export async function sharedPlace(account: Account): Promise<string> {
  const failures: unknown[] = [];
  for (const base of BASES) {
    const place = join(base, NAME);
    try {
      await mkdir(place, { mode: PLACE_MODE }).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      });
      // In a directory that anyone can write to, someone else may have made it first.
      if ((await stat(place)).uid !== 0) throw new Error(`${place} belongs to another user`);
      // The umask reduces the mode given to mkdir.
      await chmod(place, PLACE_MODE);
      if (await isReachable(place, account)) return place;
      throw new Error(`${place} cannot be reached by user ${account.uid}`);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new RocketError(
    'NOT_READY',
    `No directory for the embedded PostgreSQL: neither ${BASES.join(' nor ')} can be used; set ROCKET_DATA_DIR to ` +
      'a directory that other users can reach, or DATABASE_URL',
    { cause: new AggregateError(failures) },
  );
}
