import type { Queryable } from '../postgres/queryable.ts';
import type { CatalogSnapshot } from './catalog.ts';
import { keepListening } from './listen.ts';
import { readSnapshot, readVersion } from './read-snapshot.ts';

/** Insurance for notifications that are lost, as they are behind PgBouncer. */
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
  const checker = createChecker(options, stop.signal);
  const listening = keepListening({
    url: options.url,
    onWake: checker.check,
    onError: options.onError,
    signal: stop.signal,
  });
  const poll = setInterval(checker.check, POLL_INTERVAL_MS);
  checker.check();
  return async () => {
    stop.abort();
    clearInterval(poll);
    await Promise.all([listening, checker.settled()]);
  };
}

/** Wakes that come while a check runs are joined into one more check. */
function createChecker(
  options: WatchOptions,
  signal: AbortSignal,
): { check: () => void; settled: () => Promise<void> } {
  let seen = 0;
  let again = false;
  let running: Promise<void> | undefined;

  async function checkOnce(): Promise<void> {
    try {
      if ((await readVersion(options.database)) <= seen) return;
      const snapshot = await readSnapshot(options.database);
      seen = snapshot.version;
      if (!signal.aborted) options.listener(snapshot);
    } catch (error) {
      if (!signal.aborted) options.onError(error);
    }
  }

  async function run(): Promise<void> {
    do {
      again = false;
      await checkOnce();
    } while (again && !signal.aborted);
    running = undefined;
  }

  return {
    check: () => {
      again = true;
      if (!signal.aborted) running ??= run();
    },
    settled: async () => await running,
  };
}
