/** A real redis-server that keeps nothing on disk. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';

export interface RedisServer {
  /** The same at every start. */
  readonly url: string;
  readonly port: number;
  /** Starts it again after {@link kill9}. */
  start(): Promise<void>;
  kill9(): Promise<void>;
  /** Holds it still, as a host that hangs does, until {@link thaw}. */
  freeze(): void;
  thaw(): void;
  /** What redis-cli prints. @throws when it fails */
  command(...words: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

interface RedisServerOptions {
  /** Arguments beside its address, such as `--maxmemory 2mb`. */
  readonly settings?: readonly string[];
  /** Of the default user; whoever does not know it is refused. */
  readonly password?: string;
  /** False leaves it for a later `start`. */
  readonly started?: boolean;
}

const READY_TIMEOUT_MS = 10_000;
const READY_POLL_MS = 10;
const run = promisify(execFile);

/** For `describe.skipIf`; see {@link findProgram}. */
export function findRedisServer(): string | null {
  return findProgram('redis-server');
}

/** Starts a server on a free port. Dispose of it in every case. */
export async function startRedisServer(
  binary: string,
  options: RedisServerOptions = {},
): Promise<RedisServer> {
  const { settings = [], password } = options;
  const port = await freePort();
  const secret = password === undefined ? [] : ['--requirepass', password];
  const command = async (...words: readonly string[]): Promise<string> => {
    const auth = password === undefined ? [] : ['--no-auth-warning', '-a', password];
    const { stdout } = await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...auth, ...words]);
    return stdout.trim();
  };
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const address = ['--bind', '127.0.0.1', '--port', String(port)];
    child = spawn(binary, [...address, '--save', '', ...secret, ...settings], { stdio: 'ignore' });
    await untilReady(child, () => command('ping'));
  }

  async function kill9(): Promise<void> {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  try {
    if (options.started !== false) await start();
  } catch (error) {
    await kill9();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill9,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    command,
    dispose: kill9,
  };
}

async function untilReady(child: ChildProcess, ping: () => Promise<string>): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    // Refused connections are how a server that is not there yet answers.
    const answer = await ping().catch((error: unknown) => String(error));
    if (answer === 'PONG') return;
    if (Date.now() > deadlineMs) throw new Error(`redis-server is not ready: ${answer}`);
    await sleep(READY_POLL_MS);
  }
}
