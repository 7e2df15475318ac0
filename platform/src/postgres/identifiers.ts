import { MAX_IDENTIFIER_BYTES, RocketError } from '@rocket/schema';
import { escapeIdentifier } from 'pg';

/**
 * Quotes a name for SQL text.
 * @throws RocketError `BAD_REQUEST` for a name that Postgres cannot hold as it is.
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES) {
    throw new RocketError(
      'BAD_REQUEST',
      `SQL name ${JSON.stringify(name)} must have 1 to ${MAX_IDENTIFIER_BYTES} bytes and no NUL`,
    );
  }
  return escapeIdentifier(name);
}
