import { type AppName, compareLsn, type Epoch, type Lsn, type Placed } from '@rocket/schema';
import { LRUCache } from 'lru-cache';

/** Of apps. One that is forgotten was not written to for long: every replica has its last write by now. */
const MAX_APPS = 10_000;

/**
 * The latest commit of each app that answers have told of. Whoever reads the app through this gateway sees at least that:
 * the one who wrote it, and everybody they have told.
 */
export interface SeenPositions {
  /** Undefined when nothing is known: any replica will do. Positions of a former epoch are of another server. */
  of(at: Placed): Lsn | undefined;
  note(at: Placed, position: Lsn): void;
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
