/** Runs in a worker thread: loading a large supergraph takes seconds of CPU, and requests must not wait for it. */
import { parentPort } from 'node:worker_threads';
import type { DropGraph, PlanTask } from './plan-task.ts';
import { PlanningTasks } from './planning-tasks.ts';

const tasks = new PlanningTasks();

parentPort?.on('message', (message: PlanTask | DropGraph) => {
  const outcome = tasks.take(message);
  if (outcome !== null) parentPort?.postMessage(outcome);
});
