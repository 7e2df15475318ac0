import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CATALOG_CHANNEL } from './sql/version-sql.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 5_000;

interface ListenOptions {
  readonly url: string;
  /** Called after connecting, because a notification may have been missed before, and at every notification. */
  readonly onWake: () => void;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Keeps a listening connection until the signal aborts, then resolves. LISTEN needs a session, so no pool is used. */
export async function keepListening(options: ListenOptions): Promise<void> {
  const { signal, onError } = options;
  let failures = 0;
  const connected = (): void => {
    failures = 0;
    options.onWake();
  };
  while (!signal.aborted) {
    try {
      await listenOnce(options, connected);
    } catch (error) {
      onError(error);
    }
    if (signal.aborted) return;
    const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** failures);
    failures += 1;
    // Jitter: all gateways lose the catalog at the same moment and must not reconnect at once.
    await sleep(backoffMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(ignoreAbort);
  }
}

/** Resolves when the signal aborts, rejects when the connection is lost. */
async function listenOnce(options: ListenOptions, onConnected: () => void): Promise<void> {
  const { signal } = options;
  const client = new pg.Client({
    connectionString: options.url,
    application_name: 'rocket-catalog-watch',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  const lost = new Promise<never>((_, reject) => {
    client.once('error', reject);
    client.once('end', () => reject(new Error('The connection that listens to the catalog was closed')));
  });
  // The race below handles it; before and after the race, a lost connection must not count as an unhandled rejection.
  lost.catch(ignoreAbort);
  client.on('error', ignoreAbort);
  client.on('notification', options.onWake);
  try {
    await client.connect();
    await client.query(`LISTEN ${CATALOG_CHANNEL}`);
    onConnected();
    await Promise.race([lost, aborted(signal)]);
  } finally {
    await client.end().catch(ignoreAbort);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function ignoreAbort(): void {
  // The caller already acts on the signal or on the first error; this is the same one again.
}
