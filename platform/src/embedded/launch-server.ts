import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import { cleaningUp, cleanUpAfter } from '../lifecycle/clean-up.ts';
import type { Binaries } from './binaries.ts';
import type { Account } from './home/account.ts';
import type { Home } from './home/home.ts';
import { readPidFile } from './home/pid-file.ts';
import { programEnvironment } from './run-program.ts';
import { stopServer } from './stop-server.ts';

/** Long, because after a crash the server replays its log first. */
const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 15;
const LOG_TAIL_CHARS = 2_000;

/** For a small machine that also runs the rest of the product. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // TCP only: a socket file would need a directory that both users can reach, in 107 bytes.
  unix_socket_directories: '',
  max_connections: '300',
  shared_buffers: '128MB',
  // Without workers: at this size their processes cost more than they gain.
  io_method: 'sync',
  jit: 'off',
  // Apps move between shards by logical replication: each move takes a slot on either side, and some more while it copies.
  wal_level: 'logical',
  max_replication_slots: '40',
  // The log that a slot may keep from being removed: a former database that nobody can follow from is of no use then.
  max_slot_wal_keep_size: '8GB',
  max_wal_senders: '40',
  max_worker_processes: '32',
  max_logical_replication_workers: '24',
  max_sync_workers_per_subscription: '2',
  max_active_replication_origins: '40',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Only LOG and worse: failed statements are reported to the caller, and their text may hold personal data.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_statement: 'none',
} as const;

/** Only for data that nobody needs: a crash of the machine may corrupt all of it. */
const UNSAFE_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } as const;

export interface RunningServer {
  readonly process: ChildProcess;
  readonly pid: number;
}

/** Starts the server and returns when it accepts connections. */
export async function launchServer(options: {
  binaries: Binaries;
  home: Home;
  account: Account | null;
  port: number;
  durable: boolean;
}): Promise<RunningServer> {
  const { home, port } = options;
  const { child, failure } = await spawnServer(options);
  const pid = await Promise.race([failure, waitUntilReady(home, child)]);
  await writeFile(home.portFile, `${port}\n`, { mode: 0o600 });
  return { process: child, pid };
}

/** `failure` rejects when the server cannot be run, or ends. */
async function spawnServer(
  options: Parameters<typeof launchServer>[0],
): Promise<{ child: ChildProcess; failure: Promise<never> }> {
  const { binaries, home, account, port, durable } = options;
  const settings = { ...SETTINGS, ...(durable ? {} : UNSAFE_SETTINGS) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Truncated, so that a failure of this run does not show the log of an earlier one.
  const log = await open(home.logFile, 'w', 0o600);
  const start = async () => {
    const child = spawn(binaries.postgres, ['-D', home.cluster, '-p', String(port), ...flags], {
      cwd: home.directory,
      env: programEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
      // Its own session: Ctrl-C in a terminal must reach only us, and we stop the server when nobody needs it any more.
      detached: true,
      ...account,
    });
    child.unref();
    // Listens before anything is awaited: a server that refuses its data exits at once, and the event comes only once.
    return { child, failure: failureOf(child, home) };
  };
  return await cleaningUp(start, () => log.close());
}

function failureOf(child: ChildProcess, home: Home): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (cause) => reject(new RocketError('NOT_READY', cause.message, { cause })));
    child.once('exit', (code, signal) => {
      logTail(home).then((tail) => {
        reject(new RocketError('NOT_READY', `PostgreSQL ended at its start (${signal ?? code}): ${tail}`));
      }, reject);
    });
  });
  // If it loses the race, it must not become an unhandled rejection, now or when the server ends later.
  failure.catch(() => undefined);
  return failure;
}

/** The server writes its state into `postmaster.pid`, which `pg_ctl -w` reads too. */
async function waitUntilReady(home: Home, child: ChildProcess): Promise<number> {
  const deadlineAtMs = Date.now() + READY_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null) {
    const state = await readPidFile(home);
    if (state?.ready === true && state.pid === child.pid) return state.pid;
    if (Date.now() > deadlineAtMs) {
      const { pid } = child;
      const late = new RocketError('NOT_READY', `PostgreSQL is not ready after ${READY_TIMEOUT_MS} ms`);
      if (pid !== undefined) await cleanUpAfter(late, () => stopServer(pid));
      throw late;
    }
    await sleep(POLL_MS);
  }
  // The exit handler rejects with the server's own message.
  return await new Promise<never>(() => undefined);
}

async function logTail(home: Home): Promise<string> {
  return (await readFile(home.logFile, 'utf8')).slice(-LOG_TAIL_CHARS).trim();
}
