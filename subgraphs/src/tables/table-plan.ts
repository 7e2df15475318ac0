/** What is to be done to the tables of a database. */
import type { Statement } from '@rocket/platform';

export interface PlanStep {
  readonly statement: Statement;
  /** In words, for whoever activates. */
  readonly description: string;
  /** The `entity.field` it is about, for errors that only the data can give. */
  readonly place: string;
}

/** A change that is not done, because stored data would be lost or would not fit. */
export interface DestructiveChange {
  /** `entity.field`, or the table when no entity has it any more. */
  readonly place: string;
  readonly message: string;
}

export interface TablePlan {
  readonly steps: readonly PlanStep[];
  readonly destructive: readonly DestructiveChange[];
}
