/** Kills what runs the workers' work at random, for a time: one of each kind at once, and several kinds at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededChance } from './checked/seeded-random.ts';
import type { WorkerInstallation } from './worker-installation.ts';

/** Between faults of one kind, at random: processes take long enough to start, servers do not. */
const PAUSE_MS = { worker: 500, shard: 500, nats: 2_500, postgres: 2_500 } as const;
const AWAY_MS = 300;
const KINDS = ['worker', 'shard', 'nats', 'postgres'] as const;

/** Everything runs again when it resolves. Resolves with how many there were of each kind. */
export async function randomFaults(
  installation: WorkerInstallation,
  { seed, forMs }: { readonly seed: number; readonly forMs: number },
): Promise<Readonly<Record<string, number>>> {
  const { nats, postgres } = installation;
  const chance = seededChance(seed);
  const faults = {
    worker: () => installation.replaceWorker(chance.below(2)),
    shard: () => installation.replaceShard(chance.below(2)),
    nats: async () => {
      await nats.kill9();
      await sleep(AWAY_MS);
      await nats.start();
    },
    postgres: async () => {
      await postgres.kill();
      await postgres.start();
    },
  };
  const startedMs = performance.now();
  const counts: Record<string, number> = {};
  await Promise.all(
    KINDS.map(async (kind) => {
      while (performance.now() - startedMs < forMs) {
        await sleep(chance.next() * PAUSE_MS[kind]);
        await faults[kind]();
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
    }),
  );
  return counts;
}
