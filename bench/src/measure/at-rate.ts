/** An open loop: each piece of work begins at its time, whether the earlier ones have ended or not. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Pieces at once, beyond which the load waits: the rate cannot be kept then, and the result has to say which was. */
const MOST_AT_ONCE = 500;

export interface RatedLoad {
  readonly seconds: number;
  readonly perSecond: number;
  /** True while nothing may begin, because what has begun has not come to its end somewhere else. */
  readonly isHeldBack?: () => boolean;
}

/** Resolves when all pieces have ended; rejects with the first that fails. */
export async function atRate(load: RatedLoad, work: () => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  const all = load.seconds * load.perSecond;
  for (let begun = 0; begun < all; ) {
    const due = Math.min(all, ((performance.now() - startedAtMs) * load.perSecond) / 1_000);
    for (; begun < due && load.isHeldBack?.() !== true; begun += 1) {
      if (running.size >= MOST_AT_ONCE) await Promise.race(running);
      const piece: Promise<void> = work().then(() => {
        running.delete(piece);
      });
      running.add(piece);
    }
    await sleep(1);
  }
  await Promise.all(running);
}
