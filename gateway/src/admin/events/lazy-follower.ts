import { setTimeout as sleep } from 'node:timers/promises';
import { createEventFollower, type EventBus, type EventFollower, type Logger } from '@rocket/platform';
import type { AppName } from '@rocket/schema';

/** Within it a follower that is new has learned of each app what it can: it takes a probe and two beats. */
const SETTLE_MS = 2_500;
const POLL_MS = 25;

/**
 * The one event follower of a gateway, for all that has to know how complete the events are. The response cache has it
 * from the start; without a cache it is made at the first question, as following costs a gateway two messages a second
 * and every event.
 */
export interface LazyFollower {
  get(): EventFollower;
  /** Resolves when it is sure of these apps, or has had the time that it takes to become sure. */
  settled(apps: readonly AppName[]): Promise<void>;
  close(): void;
}

/** @param shared the follower of the response cache, which is not closed here; null when there is none */
export function createLazyFollower(
  bus: EventBus,
  logger: Logger,
  shared: EventFollower | null,
): LazyFollower {
  const settling = (follower: EventFollower) => ({ follower, settledAtMs: performance.now() + SETTLE_MS });
  let made = shared === null ? null : settling(shared);

  function use() {
    made ??= settling(
      createEventFollower({ bus, logger, onRecord: () => undefined, onReset: () => undefined }),
    );
    return made;
  }

  return {
    get: () => use().follower,
    async settled(apps) {
      const { follower, settledAtMs } = use();
      const isSure = () => apps.every((app) => follower.app(app).sure);
      while (bus.state().kind === 'up' && performance.now() < settledAtMs && !isSure()) await sleep(POLL_MS);
    },
    close() {
      if (shared === null) made?.follower.close();
    },
  };
}
