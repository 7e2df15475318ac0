/** A planning thread that ends, or does not, as the operation says. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { DropGraph, PlanTask } from '../../src/planning/plan-task.ts';
import { PlanningTasks } from '../../src/planning/planning-tasks.ts';

/** True for the first thread that comes to the path, and removes what made it so for the second. */
function tripsOver(path: string): boolean {
  const isSecond = existsSync(path);
  if (isSecond) rmSync(path);
  else writeFileSync(path, '');
  return !isSecond;
}

const tasks = new PlanningTasks();

parentPort?.on('message', (message: PlanTask | DropGraph) => {
  if (message.kind === 'plan') {
    const once = /trips_over_(\w+)/.exec(message.source)?.[1];
    if (once !== undefined && tripsOver(join(tmpdir(), `rocket-test-${once}`))) process.exit(1);
    if (message.source.includes('dies')) process.exit(1);
    while (message.source.includes('hangs'));
  }
  const outcome = tasks.take(message);
  if (outcome !== null) parentPort?.postMessage(outcome);
});
