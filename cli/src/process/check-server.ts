import {
  checkServerVersion,
  databaseUrl,
  isPostgresError,
  MAINTENANCE_DATABASE,
  POSTGRES_CODES,
} from '@rocket/platform';
import { RocketError } from '@rocket/schema';
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

/** Host and database alone: the rest of the URL may hold a password, its query too. */
export function placeOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : ` at ${parsed.host}${parsed.pathname}`;
}
