import { RocketError } from '@rocket/schema';
import pg from 'pg';
import { probeServer, readProbe } from './probe-sql.ts';
import type { PostgresServer, ServerState } from './replication.ts';

/** Keeps one connection to a server, made when it is needed, and remembers what the server said last. */
export interface ServerMonitor {
  readonly server: PostgresServer;
  readonly state: ServerState;
  /** Asks the server. Concurrent calls share one question. Never rejects: what failed shows in the state. */
  probe(): Promise<void>;
  /** What was seen of the server elsewhere: it is down until it is asked again. */
  failed(cause: unknown): void;
  close(): Promise<void>;
}

export interface ServerMonitorOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** Called after each answer, failure and loss of the connection. */
  readonly onState: (monitor: ServerMonitor) => void;
}

export function createServerMonitor(options: ServerMonitorOptions): ServerMonitor {
  const { url, timeoutMs } = options;
  let state: ServerState = { kind: 'unknown' };
  let client: pg.Client | null = null;
  let probing: Promise<void> | null = null;
  let failures = 0;
  let closed = false;

  function become(next: ServerState): void {
    if (closed) return;
    state = next;
    options.onState(monitor);
  }

  function drop(cause: unknown): void {
    const dropped = client;
    client = null;
    failures += 1;
    // Not awaited: a server that is frozen never says goodbye.
    dropped?.end().catch(ignoreGoodbye);
    become({ kind: 'down', cause });
  }

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString: url,
      application_name: 'rocket-monitor',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
    });
    const onLost = (cause: unknown): void => {
      if (client === fresh) drop(cause);
    };
    fresh.on('error', onLost);
    fresh.on('end', () => onLost(new Error('The connection that watches the server was closed')));
    client = fresh;
    await fresh.connect();
    return fresh;
  }

  async function probeOnce(): Promise<void> {
    const before = failures;
    try {
      const connection = client ?? (await connect());
      const { rows } = await connection.query<unknown[]>({ ...question(), rowMode: 'array' });
      // What failed meanwhile is the newer news.
      if (failures === before) become(readProbe(rows[0]));
    } catch (cause) {
      if (failures === before) drop(cause);
    }
  }

  const monitor: ServerMonitor = {
    server: { url, name: serverName(url) },
    get state() {
      return state;
    },
    probe() {
      if (closed) return Promise.resolve();
      probing ??= probeOnce().finally(() => {
        probing = null;
      });
      return probing;
    },
    failed(cause) {
      failures += 1;
      become({ kind: 'down', cause });
    },
    async close() {
      closed = true;
      const open = client;
      client = null;
      if (state.kind === 'up') await open?.end();
      else open?.end().catch(ignoreGoodbye);
    },
  };
  return monitor;
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
  // The connection was given up because it is broken; that it does not end in order is no news.
}
