/** Runs the statement of a connection. A forged cursor shows only here: its texts do not fit their columns. */
import { type Database, isPostgresError, type Row, type Statement } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { PagePlan } from './level-plan.ts';

/** invalid_text_representation, invalid_datetime_format, datetime_field_overflow, numeric_value_out_of_range */
const UNREADABLE_VALUE = new Set(['22P02', '22007', '22008', '22003']);

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
    if (!hasCursor || !isPostgresError(cause) || !UNREADABLE_VALUE.has(cause.code)) throw cause;
    throw new RocketError('BAD_CURSOR', 'The cursor is malformed', { cause });
  }
}
