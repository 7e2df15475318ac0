/** A planning thread that ends, or does not, as the operation says. */
import { parentPort } from 'node:worker_threads';
import type { DropGraph, PlanTask } from '../../src/planning/plan-task.ts';
import { PlanningTasks } from '../../src/planning/planning-tasks.ts';

const tasks = new PlanningTasks();

parentPort?.on('message', (message: PlanTask | DropGraph) => {
  if (message.kind === 'plan') {
    if (message.source.includes('dies')) process.exit(1);
    while (message.source.includes('hangs'));
  }
  const outcome = tasks.take(message);
  if (outcome !== null) parentPort?.postMessage(outcome);
});
