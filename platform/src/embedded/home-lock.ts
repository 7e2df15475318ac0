import { DatabaseSync } from 'node:sqlite';
import { RocketError } from '@rocket/schema';
import type { Home } from './home.ts';

/** `SQLITE_BUSY` */
const BUSY = 5;

/**
 * Claims a home for this process. The operating system frees the claim when the process ends, however it ends, which
 * a lock file with a process id in it cannot promise. Node has no call for file locks; SQLite takes one and serves
 * for nothing else here.
 * @returns the function that gives it back
 * @throws RocketError `CONFLICT` when another start has it
 */
export function lockHome(home: Home): () => void {
  const lock = new DatabaseSync(home.lockFile);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY)) throw cause;
    throw new RocketError(
      'CONFLICT',
      `The embedded PostgreSQL in ${home.directory} is already used by another running process`,
      { cause },
    );
  }
  return () => lock.close();
}
