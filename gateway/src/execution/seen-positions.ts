import { type AppName, compareLsn, type Epoch, type Lsn, type Placed } from '@rocket/schema';
import { LRUCache } from 'lru-cache';

/**
 * Most apps that are remembered. A forgotten app was not written to for long, so every replica has its last write by
 * now.
 */
const MAX_APPS = 10_000;

/**
 * The latest commit of each app that answers and events have reported. Every read of the app through this gateway sees at
 * least that, whoever wrote it.
 */
export interface SeenPositions {
  /**
   * Undefined when nothing is known: then any replica will do. Positions of a former epoch belong to another server.
   */
  of(at: Placed): Lsn | undefined;
  note(at: Placed, position: Lsn): void;
  /** The latest epoch that something was reported of; undefined when nothing is known. */
  epochOf(app: AppName): Epoch | undefined;
}

export function createSeenPositions(): SeenPositions {
  const positions = new LRUCache<AppName, { readonly epoch: Epoch; readonly position: Lsn }>({
    max: MAX_APPS,
  });
  return {
    of({ app, epoch }) {
      const seen = positions.get(app);
      return seen?.epoch === epoch ? seen.position : undefined;
    },
    epochOf: (app) => positions.get(app)?.epoch,
    note({ app, epoch }, position) {
      const seen = positions.get(app);
      const isNewer =
        seen === undefined ||
        epoch > seen.epoch ||
        (epoch === seen.epoch && compareLsn(position, seen.position) > 0);
      if (isNewer) positions.set(app, { epoch, position });
    },
  };
}
