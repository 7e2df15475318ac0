import type { RocketError } from '@rocket/schema';
import { isConnectionError } from './errors.ts';
import type { Database } from './queryable.ts';

/**
 * Wraps a database so that a lost connection becomes an error of the catalogue. Only the caller can say which error:
 * losing the catalog is another state than losing an app. @param toError gets the caught error, as the cause
 */
export function mapConnectionErrors(database: Database, toError: (cause: unknown) => RocketError): Database {
  const rethrow = (error: unknown): never => {
    throw isConnectionError(error) ? toError(error) : error;
  };
  return {
    query: (statement, options) => database.query(statement, options).catch(rethrow),
    transaction: (work, options) => database.transaction(work, options).catch(rethrow),
    close: () => database.close(),
  };
}
