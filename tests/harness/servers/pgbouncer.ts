/** A real PgBouncer in transaction mode before the Postgres of the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';

export interface PgBouncer {
  /** The same database and user, through PgBouncer. */
  readonly url: string;
  /** Connections to Postgres that all clients share. */
  readonly poolSize: number;
  dispose(): Promise<void>;
}

const POOL_SIZE = 5;
const READY_TIMEOUT_MS = 10_000;
const READY_POLL_MS = 20;
/** PgBouncer will not run as root; this user is on every Linux. */
const UNPRIVILEGED_USER = 'nobody';

/** For `describe.skipIf`; see {@link findProgram}. */
export function findPgBouncer(): string | null {
  return findProgram('pgbouncer');
}

/** @param postgresUrl of the database that it leads to, with user and password */
export async function startPgBouncer(binary: string, postgresUrl: string): Promise<PgBouncer> {
  const directory = await mkdtemp(join(tmpdir(), 'rocket-pgbouncer-'));
  // Its user is another one when this process is root's.
  await chmod(directory, 0o755);
  const port = await freePort();
  const configuration = join(directory, 'pgbouncer.ini');
  const users = join(directory, 'users.txt');
  const server = new URL(postgresUrl);
  await writeFile(
    users,
    `"${decodeURIComponent(server.username)}" "${decodeURIComponent(server.password)}"\n`,
  );
  await writeFile(configuration, settings({ server, port, users }));
  const asUser = process.getuid?.() === 0 ? ['-u', UNPRIVILEGED_USER] : [];
  const child = spawn(binary, ['-q', ...asUser, configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = async (): Promise<void> => {
    await stopProcess(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(child, port);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = new URL(postgresUrl);
  url.host = `127.0.0.1:${port}`;
  return { url: url.toString(), poolSize: POOL_SIZE, dispose: stop };
}

function settings(options: { server: URL; port: number; users: string }): string {
  const { server, port, users } = options;
  return `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
max_client_conn = 200
`;
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`pgbouncer ended with ${code}: ${output}`)));
  });
  // Also ends when it is stopped in order, later, when nobody waits.
  failed.catch(() => undefined);
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  while (!(await Promise.race([failed, accepts(port)]))) {
    if (Date.now() > deadlineMs) throw new Error(`pgbouncer does not listen: ${output}`);
    await sleep(READY_POLL_MS);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (listens: boolean): void => {
      socket.destroy();
      resolve(listens);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
