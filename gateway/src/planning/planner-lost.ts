import type { PlanTask } from './plan-task.ts';

/** The planning thread ended before it was done: out of memory, by a fault, or because it was stuck. */
export class PlannerLost extends Error {
  readonly during: PlanTask['kind'];
  readonly isStuck: boolean;

  constructor(message: string, options: ErrorOptions & { during: PlanTask['kind']; isStuck: boolean }) {
    super(message, options);
    this.during = options.during;
    this.isStuck = options.isStuck;
  }
}

/** The thread no longer had the graph when it began with a plan. */
export class NotBegun extends Error {}
