/** One of the servers that tell subscribers of changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeServer } from './subscriber.ts';

export interface ChangeSide extends ChangeServer {
  readonly name: 'gateway' | 'bare ws';
  /** The process that tells. */
  readonly pid: number;
  /** Changes a record, so that all subscribers are told. Resolves when the change has been answered. */
  readonly change: (id: string) => Promise<void>;
  /** How many subscriptions the server has. */
  readonly open: () => Promise<number>;
  /** How many records the server has read to tell changes. */
  readonly recordsRead: () => Promise<number>;
}

const OPEN_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** Resolves when the server has so many subscriptions. @param check throws when there is no hope */
export async function untilOpen(side: ChangeSide, count: number, check: () => void): Promise<void> {
  const untilMs = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    check();
    const open = await side.open();
    if (open === count) return;
    if (performance.now() > untilMs) throw new Error(`${open} subscriptions are open instead of ${count}`);
    await sleep(POLL_MS);
  }
}
