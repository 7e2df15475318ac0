import type { RocketError } from '@rocket/schema';
import { isConnectionError } from './errors.ts';
import type { Database } from './types.ts';

/**
 * The same database, whose loss shows as an error of the catalogue. Only its user can say which: a catalog that is gone
 * is another state than an app that is gone. @param toError gets what was caught, as the cause
 */
export function mapConnectionErrors(database: Database, toError: (cause: unknown) => RocketError): Database {
  const mapped = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw isConnectionError(error) ? toError(error) : error;
    }
  };
  return {
    query: (statement) => mapped(database.query(statement)),
    transaction: (work) => mapped(database.transaction(work)),
    close: () => database.close(),
  };
}
