import { randomBytes } from 'node:crypto';

const UNIQUE_BYTES = 3;

/**
 * Draws a name for the database that an app gets by a move. No app's own name can have the hyphen, so no two apps share one,
 * and no two attempts do: a mover that was frozen may drop by name what it had made.
 * @param database whose app is moved; the digits of an earlier move are replaced
 */
export function drawDatabaseName(database: string): string {
  return `${database.replace(/-[0-9a-f]+$/, '')}-${randomBytes(UNIQUE_BYTES).toString('hex')}`;
}
