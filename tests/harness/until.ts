import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** Resolves as soon as `done` says so. @throws when that takes so long that it will not come any more */
export async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`It did not come about: ${done}`);
    await sleep(POLL_MS);
  }
}
