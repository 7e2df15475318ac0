/** An open loop: each piece of work begins at its time, whether the earlier ones have ended or not. */
import { setTimeout as sleep } from 'node:timers/promises';

const DEFAULT_MOST_AT_ONCE = 500;

export interface RatedLoad {
  readonly seconds: number;
  readonly perSecond: number;
  /** Pieces, beyond which the load waits: the rate cannot be kept then, and the result has to say which was. */
  readonly mostAtOnce?: number;
  /** True while nothing may begin, because what has begun has not come to its end somewhere else. */
  readonly isHeldBack?: () => boolean;
  /** True when no more is to begin, also before the time is over. */
  readonly isOver?: () => boolean;
}

/** Begins none after its time, also when some are due. Resolves when all have ended; rejects with the first that fails. */
export async function atRate(load: RatedLoad, work: () => Promise<void>): Promise<void> {
  const { mostAtOnce = DEFAULT_MOST_AT_ONCE } = load;
  const running = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  const untilMs = startedAtMs + load.seconds * 1_000;
  for (let begun = 0, now = startedAtMs; now < untilMs && load.isOver?.() !== true; now = performance.now()) {
    const due = ((now - startedAtMs) * load.perSecond) / 1_000;
    for (; begun < due && load.isHeldBack?.() !== true; begun += 1) {
      if (running.size >= mostAtOnce) await Promise.race(running);
      const piece: Promise<void> = work().then(() => {
        running.delete(piece);
      });
      running.add(piece);
    }
    await sleep(1);
  }
  await Promise.all(running);
}
