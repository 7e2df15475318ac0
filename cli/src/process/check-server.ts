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

/** Before anything is built on it. @throws RocketError that says which server it was, and what is wrong with it */
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

/** The server of a database that may have to be made yet. @throws what {@link checkServerVersion} does */
export async function checkServerOf(url: string): Promise<void> {
  try {
    await checkServerVersion(url);
  } catch (error) {
    if (!(isPostgresError(error) && error.code === POSTGRES_CODES.invalidDatabase)) throw error;
    await checkServerVersion(databaseUrl(url, MAINTENANCE_DATABASE));
  }
}

/** ` at host/database`, or nothing for what is no URL. */
export function placeOf(url: string): string {
  const place = databasePlace(url);
  return place === '' ? '' : ` at ${place}`;
}
