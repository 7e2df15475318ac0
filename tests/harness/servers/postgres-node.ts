/** One PostgreSQL server of a test that stops, starts, promotes and delays it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../../../platform/src/embedded/home/account.ts';
import { programEnvironment } from '../../../platform/src/embedded/run-program.ts';
import { createDatabase, createLogger, type Row } from '../../../platform/src/index.ts';

export interface PostgresNode {
  readonly directory: string;
  /** Superuser, database `postgres`; the same after each start. */
  readonly url: string;
  /** `host:port` */
  readonly name: string;
  /** For `primary_conninfo` of its replicas. */
  readonly connectionInfo: string;
  /** Returns when it answers. */
  start(): Promise<void>;
  /** Ends it like a crash, without notifying anyone. Does nothing when it is not running. */
  kill(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  waitForReplay(position: string): Promise<void>;
  /** Returns when it takes writes. */
  promote(): Promise<void>;
  /** Replicates from another server from now on. */
  follow(primary: PostgresNode): Promise<void>;
}

interface NodeOptions {
  readonly directory: string;
  readonly program: string;
  readonly account: Account | null;
  readonly user: string;
  readonly password: string;
}

const logger = createLogger({ level: 'silent', name: 'test' });
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  io_method: 'sync',
  fsync: 'off',
  // Replicas begin from files without a log, so the primary must still have it.
  wal_keep_size: '256MB',
  wal_retrieve_retry_interval: '100ms',
  hot_standby_feedback: 'on',
} as const;

export async function createPostgresNode(options: NodeOptions): Promise<PostgresNode> {
  const port = await freePort();
  const { user, password } = options;
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | null = null;

  const query: PostgresNode['query'] = async (text, values = []) => {
    const database = createDatabase({ url, logger, max: 1 });
    try {
      return await database.query({ text, values });
    } finally {
      await database.close();
    }
  };
  const until: PostgresNode['query'] = async (text, values) => {
    for (;;) {
      const rows = await query(text, values);
      if (rows[0]?.[0] === true) return rows;
      await sleep(POLL_MS);
    }
  };
  const node: PostgresNode = {
    directory: options.directory,
    url,
    name: `127.0.0.1:${port}`,
    connectionInfo: `host=127.0.0.1 port=${port} user=${user} password=${password}`,
    query,
    async start() {
      child = launch(options, port);
      await waitForAnswer(child, query, options.directory);
    },
    async kill() {
      const running = child;
      child = null;
      if (running === null || running.exitCode !== null || running.signalCode !== null) return;
      const ended = once(running, 'exit');
      running.kill('SIGQUIT');
      await ended;
    },
    async pauseReplay() {
      await query('SELECT pg_wal_replay_pause()');
      await until("SELECT pg_get_wal_replay_pause_state() = 'paused'");
    },
    async resumeReplay() {
      await query('SELECT pg_wal_replay_resume()');
    },
    async waitForReplay(position) {
      await until('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn', [position]);
    },
    async promote() {
      await query('SELECT pg_promote()');
      await until('SELECT NOT pg_is_in_recovery()');
    },
    async follow(primary) {
      await query(`ALTER SYSTEM SET primary_conninfo = '${primary.connectionInfo}'`);
      await query('SELECT pg_reload_conf()');
    },
  };
  return node;
}

function launch({ directory, program, account }: NodeOptions, port: number): ChildProcess {
  const flags = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(`${directory}.log`, 'a');
  try {
    return spawn(program, ['-D', directory, '-p', String(port), ...flags], {
      cwd: directory,
      env: programEnvironment(),
      stdio: ['ignore', log, log],
      ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
    });
  } finally {
    closeSync(log);
  }
}

async function waitForAnswer(
  child: ChildProcess,
  query: (text: string) => Promise<unknown>,
  directory: string,
): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await query('SELECT 1');
      return;
    } catch (cause) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`PostgreSQL did not start: ${readFileSync(`${directory}.log`, 'utf8')}`, { cause });
      }
    }
    await sleep(POLL_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('No port was free');
  return address.port;
}
