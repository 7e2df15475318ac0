/** Apps with workflows and nothing to do: what their worker asks of their databases. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchWorker } from '../sides/worker-world.ts';

const SECONDS = 5;
const OPENING_TIMEOUT_MS = 60_000;
/** What is asked of an app when it is opened has been asked by then. */
const SETTLING_MS = 3_000;
const POLL_MS = 100;

export interface Idle {
  readonly apps: number;
  readonly seconds: number;
  readonly statements: number;
}

/** @param apps with workflows that the worker opens when it starts */
export async function idle(worker: BenchWorker, apps: number): Promise<Idle> {
  const untilMs = performance.now() + OPENING_TIMEOUT_MS;
  while ((await worker.appsOpened()) < apps) {
    if (performance.now() > untilMs) throw new Error(`${await worker.appsOpened()} of ${apps} apps are open`);
    await sleep(POLL_MS);
  }
  await sleep(SETTLING_MS);
  const before = await worker.statements();
  await sleep(SECONDS * 1_000);
  return { apps, seconds: SECONDS, statements: (await worker.statements()) - before };
}
