import { DatabaseSync } from 'node:sqlite';
import { RocketError } from '@rocket/schema';
import type { Home } from './home.ts';

/** `SQLITE_BUSY` */
const BUSY = 5;

/**
 * Locks a home for this process. The operating system releases the lock when the process ends, however it ends, which a
 * lock file with a process id cannot guarantee. Node has no function for file locks, so SQLite is used to take one, and
 * for nothing else.
 * @returns the function that releases the lock
 * @throws RocketError `CONFLICT` when another process holds it
 */
export function lockHome(home: Home): () => void {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(home.lockFile);
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY)) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RocketError('NOT_READY', `Cannot write to ${home.lockFile}: ${reason}`, {
        cause,
        details: { hint: `this user needs to own ${home.directory} with all that is in it` },
      });
    }
    throw new RocketError(
      'CONFLICT',
      `The embedded PostgreSQL in ${home.directory} is already used by another running process`,
      { cause },
    );
  }
  const held = lock;
  return () => held.close();
}
