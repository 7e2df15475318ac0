/** Events that come back to their consumer: how often they have, in this process, and when they are to come again. */
import { LRUCache } from 'lru-cache';

/** Many more than a worker has on its hands at once. */
const MAX_KNOWN = 100_000;

/** How long the first return takes; each later one takes twice as long, up to a limit. */
export interface ReturnDelay {
  readonly firstMs: number;
  readonly maxMs: number;
}

export interface ReturnedEvents {
  /** Ms after which an event that could not be handled at the moment is to come again. */
  postponed(position: number, delay: ReturnDelay): number;
  /** How many times the event has failed, this time included. */
  failed(position: number): number;
  /** The same for one that was not tried. */
  busy(position: number, delay: ReturnDelay): number;
  /** Whether it was tried here before. */
  wasTried(position: number): boolean;
  /** It does not come back. */
  done(position: number): void;
}

export function createReturnedEvents(): ReturnedEvents {
  const counts = new LRUCache<number, { postponed: number; failed: number; wasTried: boolean }>({
    max: MAX_KNOWN,
  });
  const countsOf = (position: number) => {
    const known = counts.get(position) ?? { postponed: 0, failed: 0, wasTried: false };
    counts.set(position, known);
    return known;
  };
  const postpone = (position: number, { firstMs, maxMs }: ReturnDelay): number => {
    const known = countsOf(position);
    known.postponed += 1;
    return Math.min(firstMs * 2 ** (known.postponed - 1), maxMs);
  };
  return {
    postponed(position, delay) {
      countsOf(position).wasTried = true;
      return postpone(position, delay);
    },
    failed(position) {
      const known = countsOf(position);
      known.wasTried = true;
      known.failed += 1;
      return known.failed;
    },
    busy: postpone,
    wasTried: (position) => counts.get(position)?.wasTried === true,
    done: (position) => void counts.delete(position),
  };
}
