import { shareNextRun } from '../lifecycle/shared-runs.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { CatalogSnapshot } from './catalog.ts';
import { keepListening } from './listen.ts';
import { readSnapshot, readVersion } from './read-snapshot.ts';

/** Finds changes whose notification was lost, as all are behind PgBouncer. */
const POLL_INTERVAL_MS = 5_000;

interface WatchOptions {
  readonly url: string;
  readonly database: Queryable;
  readonly listener: (snapshot: CatalogSnapshot) => void;
  readonly onError: (error: unknown) => void;
}

/** See `Catalog.watch`. Calls of the listener never overlap and never go back in version. */
export function watchCatalog(options: WatchOptions): () => Promise<void> {
  const stop = new AbortController();
  const check = createCheck(options, stop.signal);
  const wake = (): void => void check();
  const listening = keepListening({
    url: options.url,
    onWake: wake,
    onError: options.onError,
    signal: stop.signal,
  });
  const poll = setInterval(wake, POLL_INTERVAL_MS);
  wake();
  return async () => {
    stop.abort();
    clearInterval(poll);
    // A check that is started after the stop only waits for the one before it.
    await Promise.all([listening, check()]);
  };
}

/** Calls that come while a check runs are joined into one more check. */
function createCheck(options: WatchOptions, signal: AbortSignal): () => Promise<void> {
  let seen = 0;
  return shareNextRun(async () => {
    if (signal.aborted) return;
    try {
      if ((await readVersion(options.database)) <= seen) return;
      const snapshot = await readSnapshot(options.database);
      seen = snapshot.version;
      if (!signal.aborted) options.listener(snapshot);
    } catch (error) {
      if (!signal.aborted) options.onError(error);
    }
  });
}
