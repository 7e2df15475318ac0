import { isPostgresError, POSTGRES_CODES, type Transaction } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { DestructiveChange, PlanStep, TablePlan } from './table-plan.ts';

/** program_limit_exceeded: the only limit that data can exceed here is that of an index entry. */
const INDEX_ENTRY_TOO_LARGE = '54000';

/**
 * Runs the statements of a plan, in order, in the caller's transaction.
 * @throws RocketError `DESTRUCTIVE_CHANGE` before the first statement when the plan is not purely additive, and from a
 *   statement that does not fit the stored data.
 */
export async function applyPlan(tx: Transaction, plan: TablePlan): Promise<void> {
  const [first] = plan.destructive;
  if (first !== undefined) throw destructive(plan.destructive);
  for (const step of plan.steps) await applyStep(tx, step);
}

async function applyStep(tx: Transaction, step: PlanStep): Promise<void> {
  try {
    await tx.query(step.statement);
  } catch (cause) {
    const reason = dataReason(cause);
    if (reason === null) throw cause;
    throw destructive([{ place: step.place, message: `cannot ${step.description}: ${reason}` }], cause);
  }
}

/** Why stored rows do not allow a statement; null when it failed for another reason. */
export function dataReason(error: unknown): string | null {
  if (!isPostgresError(error)) return null;
  if (error.code === INDEX_ENTRY_TOO_LARGE) return 'stored rows have values too long to be indexed';
  if (error.code === POSTGRES_CODES.uniqueViolation) return 'stored rows have equal values';
  // Rows that were inserted between inspecting the table and locking it.
  if (error.code === POSTGRES_CODES.notNullViolation) return 'stored rows have no value';
  return null;
}

/** The error for changes that would lose data, with each place. */
export function destructive(changes: readonly DestructiveChange[], cause?: unknown): RocketError {
  const lines = changes.map(({ place, message }) => `${place}: ${message}`);
  return new RocketError('DESTRUCTIVE_CHANGE', `The change would lose data: ${lines.join('; ')}`, {
    cause,
    details: { changes },
  });
}
