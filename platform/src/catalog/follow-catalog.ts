import { within } from '../lifecycle/deadline.ts';
import { shareNextRun } from '../lifecycle/shared-runs.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Catalog, CatalogSnapshot } from './catalog.ts';

/** A process's current snapshot of the catalog, shared by its parts: updated by notifications, refreshed on demand. */
export interface CatalogView {
  readonly current: CatalogSnapshot;
  /**
   * Reads the catalog as it is now, or newer. A read that has already begun may miss a change that the caller knows of,
   * so callers that come meanwhile share the next read. @throws RocketError `NOT_READY` when the catalog does not
   * answer
   */
  refresh(): Promise<CatalogSnapshot>;
  /**
   * Calls `listener` with every newer snapshot; errors that it throws are logged. Returns the function that
   * unsubscribes.
   */
  onChange(listener: (snapshot: CatalogSnapshot) => void): () => void;
  /** Resolves at the next change, or after `timeoutMs`. */
  nextChange(timeoutMs: number): Promise<void>;
  /** Ends all calls of listeners. The catalog stays open. */
  close(): Promise<void>;
}

/** Reads the catalog once and follows it from then on, which takes one connection. */
export async function followCatalog(
  catalog: Pick<Catalog, 'snapshot' | 'watch'>,
  logger: Logger,
): Promise<CatalogView> {
  let current = await catalog.snapshot();
  const listeners = new Set<(snapshot: CatalogSnapshot) => void>();

  /** Reads can overtake each other; an older snapshot never replaces a newer one. */
  function accept(snapshot: CatalogSnapshot): CatalogSnapshot {
    if (snapshot.version <= current.version) return current;
    current = snapshot;
    for (const listener of listeners) {
      try {
        listener(snapshot);
      } catch (error) {
        logger.error({ err: error }, 'a listener to catalog changes failed');
      }
    }
    return snapshot;
  }

  function onChange(listener: (snapshot: CatalogSnapshot) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  const stopWatching = catalog.watch(accept, (error) =>
    logger.warn({ err: error }, 'the catalog cannot be followed at the moment'),
  );
  return {
    get current() {
      return current;
    },
    refresh: shareNextRun(async () => accept(await catalog.snapshot())),
    onChange,
    async nextChange(timeoutMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = onChange(() => resolve());
      await within(timeoutMs, promise, () => undefined);
      stop();
    },
    async close() {
      listeners.clear();
      await stopWatching();
    },
  };
}
