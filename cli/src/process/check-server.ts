import {
  checkServerVersion,
  databaseUrl,
  isPostgresError,
  MAINTENANCE_DATABASE,
  POSTGRES_CODES,
} from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { databasePlace } from '../output/database-place.ts';
import { describeError } from '../output/describe-error.ts';

/**
 * Checks the server before anything uses it. @throws RocketError that says which server it is, and what is wrong with
 * it
 */
export async function checkNamedServer(url: string): Promise<void> {
  try {
    await checkServerVersion(url);
  } catch (cause) {
    if (cause instanceof RocketError) throw cause;
    throw new RocketError(
      'NOT_READY',
      `The Postgres server${placeOf(url)} cannot be used: ${describeError(cause)}`,
      { cause, details: { hint: 'DATABASE_URL says where it is, with a database that is there' } },
    );
  }
}

/** Checks the server of a database that may not exist yet. @throws what {@link checkServerVersion} does */
export async function checkServerOf(url: string): Promise<void> {
  try {
    await checkServerVersion(url);
  } catch (error) {
    if (!(isPostgresError(error) && error.code === POSTGRES_CODES.invalidDatabase)) throw error;
    await checkServerVersion(databaseUrl(url, MAINTENANCE_DATABASE));
  }
}

/** ` at host/database`, or nothing for an invalid URL. */
export function placeOf(url: string): string {
  const place = databasePlace(url);
  return place === '' ? '' : ` at ${place}`;
}
