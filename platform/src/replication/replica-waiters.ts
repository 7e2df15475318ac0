import { setTimeout as sleep } from 'node:timers/promises';
import type { Lsn } from '@rocket/schema';
import type { PostgresServer } from './replication.ts';

/** How long a read of a recent write waits for a replica; then the primary answers it. */
const MAX_WAIT_MS = 50;
/** First pause between two probes of the replicas: short, because most replicas are a millisecond behind. */
const MIN_GAP_MS = 1;
const MAX_GAP_MS = 5;

interface Waiter {
  readonly minLsn: Lsn | null;
  readonly sinceMs: number;
  readonly resolve: (server: PostgresServer | null) => void;
}

/** Readers who need what no replica has replayed yet. All of them together cause one probe at a time. */
export interface ReplicaWaiters {
  /** Resolves with a replica that has replayed `minLsn` in time, else with null. */
  wait(minLsn: Lsn | null): Promise<PostgresServer | null>;
  /** Called when a replica reported its position: resolves for the readers who can use it. */
  wake(): void;
}

export function createReplicaWaiters(options: {
  pick: (minLsn: Lsn | null) => PostgresServer | null;
  ask: () => void;
}): ReplicaWaiters {
  const waiting = new Set<Waiter>();
  let asking = false;
  let gapMs = MIN_GAP_MS;

  function settle(nowMs: number): void {
    for (const waiter of waiting) {
      const server = options.pick(waiter.minLsn);
      if (server === null && nowMs - waiter.sinceMs < MAX_WAIT_MS) continue;
      waiting.delete(waiter);
      waiter.resolve(server);
    }
  }

  async function askWhileNeeded(): Promise<void> {
    asking = true;
    while (waiting.size > 0) {
      options.ask();
      await sleep(gapMs);
      settle(performance.now());
      gapMs = Math.min(MAX_GAP_MS, gapMs * 2);
    }
    asking = false;
  }

  return {
    wait(minLsn) {
      const { promise, resolve } = Promise.withResolvers<PostgresServer | null>();
      waiting.add({ minLsn, sinceMs: performance.now(), resolve });
      gapMs = MIN_GAP_MS;
      if (asking) options.ask();
      else void askWhileNeeded();
      return promise;
    },
    wake: () => settle(performance.now()),
  };
}
