/** Runs what was planned: one statement for all root fields, so that they show one moment of the data. */
import {
  type Database,
  isPostgresError,
  type Queryable,
  type QueryOptions,
  type Row,
} from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { HeldTooMuch } from '../sql/parameters.ts';
import { FLOAT_OVERFLOW } from '../statement/aggregate-sql.ts';
import { readStatement, type StatementOptions } from '../statement/read-statement.ts';
import type { KeyMarks } from './depends-on/key-marks.ts';
import type { ReadPlan } from './read-plan.ts';

/**
 * About 50 MB of JSON. An operation whose limits cannot exceed this number is not counted, because counting takes up to
 * half as long as answering: two levels of the largest default pages are 40,000 records, which leaves room for a third
 * level with a limit.
 */
export const MAX_RECORDS_PER_OPERATION = 250_000;

/**
 * Counting takes up to half as long as answering, so an operation that takes longer to count would hardly be answered
 * in time.
 */
const MAX_COUNTING_MS = 2_000;

const BUDGET = { maxRecords: MAX_RECORDS_PER_OPERATION, maxCountingMs: MAX_COUNTING_MS };

/**
 * SQLSTATE class "data exception": a text that is no number or date, a number out of range, an unknown time zone, ...
 */
const DATA_EXCEPTION = '22';

/** `numeric_value_out_of_range`: in reads, only sums of floats and texts in cursors can be out of range. */
const OUT_OF_RANGE = '22003';

/** JSON text of a root field, null for a missing record, or the reason why it could not be read. */
export type RootAnswer = string | FaultyJson | null | Error;

/** JSON of a root field in which some sum of floats is `FLOAT_OVERFLOW`, which is an error of that sum only. */
export class FaultyJson {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** `floatSums`: `float` when absent; fields with a sum that is too large are read again with `numeric`. */
export interface ReadOptions extends QueryOptions, StatementOptions {
  /** True when a cursor was given: only the database knows whether its texts fit their columns. */
  readonly hasCursor: boolean;
  /** Makes the JSON of the answer from what the statement returned for a plan, without its marks. */
  readonly complete: (plan: ReadPlan, json: string) => string;
}

/**
 * Answers in the order of `plans`. A fault of one field does not affect the others.
 * @throws the errors that concern all fields: no connection was available, the deadline has passed, the server is gone
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
    // If there are too many records in total, no single field is at fault: each may be small enough by itself.
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
  const rows = await database.query(readStatement(plans, BUDGET, options), options);
  const [row] = rows;
  if (row === undefined) throw new TooManyRecords();
  return plans.map((plan, index) => answerOf(plan, row[index], options));
}

/** Reads the fields one by one, to find out which is at fault, but all as of one moment. */
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

/** The error of a single field; null when the error concerns all fields. */
function fieldFault(error: unknown, { hasCursor }: ReadOptions): Error | null {
  if (error instanceof TooManyRecords) return error;
  if (error instanceof HeldTooMuch) return null;
  if (hasCursor && isUnfit(error)) {
    return new RocketError('BAD_CURSOR', 'The cursor is malformed', { cause: error });
  }
  if (isUnsendable(error)) return error;
  return isPostgresError(error) ? error : null;
}

/** True for the error of a text that no column can hold. */
function isUnsendable(error: unknown): error is RocketError {
  return error instanceof RocketError && error.code === 'BAD_USER_INPUT';
}

function isUnfit(error: unknown): boolean {
  return isUnsendable(error) || (isPostgresError(error) && error.code.startsWith(DATA_EXCEPTION));
}

function answerOf(plan: ReadPlan, value: Row[number], options: ReadOptions): RootAnswer {
  if (typeof value !== 'string') return null;
  const { floatSums, marks, complete } = options;
  const json = complete(plan, marks ? withoutMarks(plan, value, marks) : value);
  return floatSums === 'numeric' && json.includes(FLOAT_OVERFLOW) ? new FaultyJson(json) : json;
}

function withoutMarks(plan: ReadPlan, json: string, marks: KeyMarks): string {
  const isOfTexts = plan.kind === 'entities' && plan.entities.asTexts;
  return isOfTexts ? marks.takeFromTexts(json) : marks.take(json);
}

class TooManyRecords extends RocketError {
  constructor() {
    super(
      'BAD_USER_INPUT',
      `The query asks for more than ${MAX_RECORDS_PER_OPERATION} records, or takes longer than ${MAX_COUNTING_MS} ms to count them; give its inner lists a limit`,
    );
  }
}
