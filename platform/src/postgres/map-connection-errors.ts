import type { RocketError } from '@rocket/schema';
import { isConnectionError } from './errors.ts';
import type { Database } from './queryable.ts';

/**
 * The same database, whose loss shows as an error of the catalogue. Only its user can say which: a catalog that is gone
 * is another state than an app that is gone. @param toError gets what was caught, as the cause
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
