/**
 * The most that one operation may read. Lists within lists multiply: five levels of a few hundred records each are
 * more than any process can hold, and every one of their limits is in order.
 */
import type { Database, Row } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** Two levels of the largest default pages are 40,000. */
export const MAX_RECORDS_PER_OPERATION = 100_000;

/** The database as the readers of one operation see it. Statements bound their own rows by the same number. */
export function withRecordBudget(database: Database): Database {
  let left = MAX_RECORDS_PER_OPERATION;
  const spend = (rows: readonly Row[]): readonly Row[] => {
    left -= rows.length;
    if (left >= 0) return rows;
    const message = `The query asks for more than ${MAX_RECORDS_PER_OPERATION} records; give its inner lists a limit`;
    throw new RocketError('BAD_USER_INPUT', message);
  };
  return {
    query: async (statement) => {
      // What follows a refused statement is not read at all.
      spend([]);
      return spend(await database.query(statement));
    },
    transaction: (work) => database.transaction(work),
    close: () => database.close(),
  };
}
