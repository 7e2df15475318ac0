import { exceedsBounds, GraphPlanner } from './graph-planner.ts';
import type { DropGraph, PlanOutcome, PlanTask } from './plan-task.ts';

/** The graphs of one thread, and what it does with them. */
export class PlanningTasks {
  readonly #planners = new Map<number, GraphPlanner>();

  /** The outcome of a task; null for a message without one. Never throws. */
  take(message: PlanTask | DropGraph): PlanOutcome | null {
    if (message.kind === 'drop') {
      this.#planners.delete(message.graph);
      return null;
    }
    try {
      return this.#run(message);
    } catch (error) {
      if (exceedsBounds(error)) return { kind: 'refused' };
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { kind: 'failed', message: text };
    }
  }

  #run(task: PlanTask): PlanOutcome {
    if (task.kind === 'load') {
      const planner = new GraphPlanner(task.supergraphSdl);
      this.#planners.set(task.graph, planner);
      return { kind: 'loaded', graph: planner.summary };
    }
    const planner = this.#planners.get(task.graph);
    if (planner === undefined) throw new Error(`graph ${task.graph} is not loaded`);
    return { kind: 'planned', plan: planner.plan(task.source, task.operationName) };
  }
}
