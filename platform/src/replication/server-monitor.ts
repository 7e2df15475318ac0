import { RocketError } from '@rocket/schema';
import pg from 'pg';
import { shareRun } from '../lifecycle/shared-runs.ts';
import { probeServer, readProbe } from './probe-sql.ts';
import type { PostgresServer, ServerState } from './replication.ts';

export interface ServerMonitorOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** Called after each answer, failure and loss of the connection. */
  readonly onState: (monitor: ServerMonitor) => void;
}

/** Keeps one connection to a server, opened when it is needed, and remembers the server's last state. */
export class ServerMonitor {
  readonly server: PostgresServer;
  readonly #options: ServerMonitorOptions;
  #state: ServerState = { kind: 'unknown' };
  #askedAtMs = -Infinity;
  #client: pg.Client | null = null;
  readonly #probeShared = shareRun(() => this.#probeOnce());
  #failures = 0;
  #closed = false;

  /** @throws RocketError `BAD_REQUEST` for what is no URL */
  constructor(options: ServerMonitorOptions) {
    const { url } = options;
    this.server = { url, name: serverName(url) };
    this.#options = options;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** When the question was sent whose answer the state is, by `performance.now()`. */
  get askedAtMs(): number {
    return this.#askedAtMs;
  }

  /** Probes the server. Concurrent calls share one probe. Never rejects: the state shows a failure. */
  probe(): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#probeShared();
  }

  /** Reports a failure that was seen elsewhere: the server counts as down until it is probed again. */
  failed(cause: unknown): void {
    this.#failures += 1;
    this.#become({ kind: 'down', cause });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const open = this.#client;
    this.#client = null;
    if (this.#state.kind === 'up') await open?.end();
    else open?.end().catch(ignoreGoodbye);
  }

  async #probeOnce(): Promise<void> {
    const before = this.#failures;
    try {
      const connection = this.#client ?? (await this.#connect());
      const askedAtMs = performance.now();
      const { rows } = await connection.query<unknown[]>({ ...question(), rowMode: 'array' });
      // A failure that was reported meanwhile is newer than this answer.
      if (this.#failures !== before) return;
      const answered = readProbe(rows[0]);
      this.#askedAtMs = askedAtMs;
      this.#become(answered);
    } catch (cause) {
      if (this.#failures === before) this.#drop(cause);
    }
  }

  async #connect(): Promise<pg.Client> {
    const { url, timeoutMs } = this.#options;
    const fresh = new pg.Client({
      connectionString: url,
      application_name: 'rocket-monitor',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
    });
    const onLost = (cause: unknown): void => {
      if (this.#client === fresh) this.#drop(cause);
    };
    fresh.on('error', onLost);
    fresh.on('end', () => onLost(new Error('The connection that watches the server was closed')));
    this.#client = fresh;
    await fresh.connect();
    return fresh;
  }

  #drop(cause: unknown): void {
    const dropped = this.#client;
    this.#client = null;
    // Not awaited: a frozen server never ends the connection.
    dropped?.end().catch(ignoreGoodbye);
    this.failed(cause);
  }

  #become(next: ServerState): void {
    if (this.#closed) return;
    this.#state = next;
    this.#options.onState(this);
  }
}

function question(): { text: string; values: unknown[] } {
  const { text, values } = probeServer();
  return { text, values: [...values] };
}

/** @throws RocketError `BAD_REQUEST` for what is no URL; the text is not repeated, since it may hold a password */
export function serverName(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) throw new RocketError('BAD_REQUEST', 'The address of a Postgres server is not a URL');
  return `${parsed.hostname}:${parsed.port === '' ? '5432' : parsed.port}`;
}

function ignoreGoodbye(): void {
  // The connection was given up because it is broken, so an error at its end is expected.
}
