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

/** After a crash the server replays its log first. */
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
  // Without workers: their processes cost more than they bring at this size.
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // LOG and worse: refused statements are the caller's business, and their text may hold personal data.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_statement: 'none',
} as const;

/** A crash of the machine may corrupt everything: for data that nobody will miss. */
const UNSAFE_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } as const;

export interface RunningServer {
  readonly process: ChildProcess;
  readonly pid: number;
}

/** Starts the server and returns when it takes connections. */
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
  // Truncated: what an earlier run logged is of no use in this one's failure.
  const log = await open(home.logFile, 'w', 0o600);
  const start = async () => {
    const child = spawn(binaries.postgres, ['-D', home.cluster, '-p', String(port), ...flags], {
      cwd: home.directory,
      env: programEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
      // Its own session: Ctrl-C in a terminal is for us, and we stop the server when nobody needs it any more.
      detached: true,
      ...account,
    });
    child.unref();
    // Before anything is waited for: a server that refuses its data ends at once, and tells it once.
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
  // Whoever loses the race for it must not be an unhandled rejection, now or when the server ends later.
  failure.catch(() => undefined);
  return failure;
}

/** The server writes its state into `postmaster.pid`; that is what `pg_ctl -w` reads too. */
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
  // The exit handler rejects with the server's own words.
  return await new Promise<never>(() => undefined);
}

async function logTail(home: Home): Promise<string> {
  return (await readFile(home.logFile, 'utf8')).slice(-LOG_TAIL_CHARS).trim();
}
