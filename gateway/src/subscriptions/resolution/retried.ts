import { setTimeout as delay } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;
/** For as long a dead shard or a busy database holds changes back, before their subscribers are told. */
const GIVE_UP_AFTER_MS = 30_000;

/** Repeats a read that may succeed later. @throws what it throws, when it is of no use to go on */
export async function retried<T>(read: () => Promise<T>): Promise<T> {
  const giveUpAtMs = Date.now() + GIVE_UP_AFTER_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof RocketError && error.retryable) || Date.now() > giveUpAtMs) throw error;
      await delay(pauseMs);
    }
  }
}
