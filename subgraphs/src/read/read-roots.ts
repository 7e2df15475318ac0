/** Runs what was planned: one statement for all root fields, so that they show one moment of the data. */
import {
  type Database,
  isPostgresError,
  type Queryable,
  type QueryOptions,
  type Row,
} from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { type FloatSums, HeldTooMuch } from '../sql/parameters.ts';
import { FLOAT_OVERFLOW } from '../statement/aggregate-sql.ts';
import { readStatement } from '../statement/read-statement.ts';
import type { ReadPlan } from './read-plan.ts';

/**
 * Some 50 MB of JSON. What cannot reach it by its limits is not counted, and counting takes up to half as long as
 * answering: two levels of the largest default pages are 40,000 records, which leaves room for a third with a limit.
 */
export const MAX_RECORDS_PER_OPERATION = 250_000;

/** Counting takes up to half as long as answering, so what takes longer would hardly be answered in time. */
const MAX_COUNTING_MS = 2_000;

const BUDGET = { maxRecords: MAX_RECORDS_PER_OPERATION, maxCountingMs: MAX_COUNTING_MS };

/** SQLSTATE class "data exception": a text that is no number or date, a number out of range, an unknown time zone, ... */
const DATA_EXCEPTION = '22';

/** `numeric_value_out_of_range`: of what is read, only sums of floats can leave their range, and texts in cursors. */
const OUT_OF_RANGE = '22003';

/** JSON text of a root field, null for a record that is not there, or why it could not be read. */
export type RootAnswer = string | FaultyJson | null | Error;

/** JSON of a root field in which some sum of floats is `FLOAT_OVERFLOW`, whose error is that sum's alone. */
export class FaultyJson {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

export interface ReadOptions extends QueryOptions {
  /** Some cursor was given: only the database can tell whether the texts in it fit their columns. */
  readonly hasCursor: boolean;
  /** `float` when absent; what a sum is too large for is read again with `numeric`. */
  readonly floatSums?: FloatSums;
}

/**
 * Answers in the order of `plans`. A fault of one field is that field's alone.
 * @throws what concerns all of them alike: no connection came free, the deadline has passed, the server is gone
 */
export async function readRoots(
  database: Database,
  plans: readonly ReadPlan[],
  options: ReadOptions,
): Promise<readonly RootAnswer[]> {
  if (plans.length === 0) return [];
  try {
    return await readAll(database, plans, options);
  } catch (error) {
    if (isPostgresError(error) && error.code === OUT_OF_RANGE && options.floatSums !== 'numeric')
      return await readRoots(database, plans, { ...options, floatSums: 'numeric' });
    const fault = fieldFault(error, options);
    if (fault === null) throw error;
    // Too much in all is nobody's own fault: each field may be small enough by itself.
    return plans.length === 1 || fault instanceof TooManyRecords
      ? plans.map(() => fault)
      : readEach(database, plans, options);
  }
}

async function readAll(
  database: Queryable,
  plans: readonly ReadPlan[],
  options: ReadOptions,
): Promise<readonly RootAnswer[]> {
  const rows = await database.query(readStatement(plans, BUDGET, options.floatSums), options);
  const [row] = rows;
  if (row === undefined) throw new TooManyRecords();
  return plans.map((_, index) => answerAt(row, index, options));
}

/** One by one, to learn which of them is at fault; still all of one moment. */
async function readEach(
  database: Database,
  plans: readonly ReadPlan[],
  options: ReadOptions,
): Promise<readonly RootAnswer[]> {
  return await database.transaction(
    async (tx) => {
      const answers: RootAnswer[] = [];
      for (const plan of plans) {
        options.signal?.throwIfAborted();
        await tx.query({ text: 'SAVEPOINT field', values: [] });
        try {
          answers.push(...(await readAll(tx, [plan], options)));
        } catch (error) {
          const fault = fieldFault(error, options);
          if (fault === null) throw error;
          answers.push(fault);
          await tx.query({ text: 'ROLLBACK TO SAVEPOINT field', values: [] });
        }
      }
      return answers;
    },
    { ...options, isolation: 'repeatable read' },
  );
}

/** The error that a field answers with; null when it is not the field's. */
function fieldFault(error: unknown, { hasCursor }: ReadOptions): Error | null {
  if (error instanceof TooManyRecords) return error;
  if (error instanceof HeldTooMuch) return null;
  if (hasCursor && isUnfit(error)) {
    return new RocketError('BAD_CURSOR', 'The cursor is malformed', { cause: error });
  }
  if (isUnsendable(error)) return error;
  return isPostgresError(error) ? error : null;
}

/** A text that no column can hold. */
function isUnsendable(error: unknown): error is RocketError {
  return error instanceof RocketError && error.code === 'BAD_USER_INPUT';
}

function isUnfit(error: unknown): boolean {
  return isUnsendable(error) || (isPostgresError(error) && error.code.startsWith(DATA_EXCEPTION));
}

function answerAt(row: Row, index: number, { floatSums }: ReadOptions): RootAnswer {
  const value = row[index];
  if (typeof value !== 'string') return null;
  return floatSums === 'numeric' && value.includes(FLOAT_OVERFLOW) ? new FaultyJson(value) : value;
}

class TooManyRecords extends RocketError {
  constructor() {
    super(
      'BAD_USER_INPUT',
      `The query asks for more than ${MAX_RECORDS_PER_OPERATION} records, or takes longer than ${MAX_COUNTING_MS} ms to count them; give its inner lists a limit`,
    );
  }
}
