/** Runs the statement of a connection. A forged cursor shows only here: its texts do not fit their columns. */
import { type Database, isPostgresError, type Row, type Statement } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { PagePlan } from './level-plan.ts';

/** SQLSTATE class "data exception": a text that is no number or date, a number out of range, an unknown time zone, ... */
const DATA_EXCEPTION = '22';

/** @throws RocketError `BAD_CURSOR` */
export async function queryConnection(
  database: Database,
  statement: Statement,
  page: PagePlan,
): Promise<readonly Row[]> {
  try {
    return await database.query(statement);
  } catch (cause) {
    const hasCursor = page.after !== null || page.before !== null;
    if (!hasCursor || !isPostgresError(cause) || !cause.code.startsWith(DATA_EXCEPTION)) throw cause;
    throw new RocketError('BAD_CURSOR', 'The cursor is malformed', { cause });
  }
}
