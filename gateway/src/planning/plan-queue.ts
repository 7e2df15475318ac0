import type { PlanOutcome, PlanTask } from './plan-task.ts';

export interface WaitingTask {
  readonly task: PlanTask;
  readonly resolve: (outcome: PlanOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** Tasks that wait for the thread: plans come before graphs to load. */
export class PlanQueue {
  readonly #plans: WaitingTask[] = [];
  readonly #loads: WaitingTask[] = [];

  add(task: PlanTask): Promise<PlanOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<PlanOutcome>();
    const queue = task.kind === 'plan' ? this.#plans : this.#loads;
    queue.push({ task, resolve, reject });
    return promise;
  }

  next(): WaitingTask | undefined {
    return this.#plans.shift() ?? this.#loads.shift();
  }

  rejectAll(error: Error): void {
    for (const { reject } of [...this.#plans.splice(0), ...this.#loads.splice(0)]) reject(error);
  }
}
