/** The changes to make to the tables of a database. */
import type { Statement } from '@rocket/platform';

export interface PlanStep {
  readonly statement: Statement;
  /** Describes the step for the person who imports the document. */
  readonly description: string;
  /** The `entity.field` that the step changes, for errors that depend on the stored data. */
  readonly place: string;
}

/** A change that is not made, because stored data would be lost or would not fit. */
export interface DestructiveChange {
  /** `entity.field`, or the table when no entity has it any more. */
  readonly place: string;
  readonly message: string;
}

export interface TablePlan {
  readonly steps: readonly PlanStep[];
  readonly destructive: readonly DestructiveChange[];
}
