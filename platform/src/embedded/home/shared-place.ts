/**
 * Where root keeps what its server user cannot reach in its own place: in `/root`, or in a temporary directory of mode
 * 0700. Opening those directories to others is not ours to decide, so we go elsewhere.
 */
import { chmod, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RocketError } from '@rocket/schema';
import type { Account } from './account.ts';
import { isReachable } from './reachable.ts';

/** `/var/lib` outlives a reboot; the temporary directory is for systems that have no writable one. */
const BASES = ['/var/lib', tmpdir()];
const NAME = 'rocket-graph';
/** Search without listing: names in it are random. */
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
      // mkdir's mode is cut by the umask.
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
