/** A real nats-server with JetStream, whose store outlives its restarts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';

export interface NatsServer {
  /** The same at every start. */
  readonly url: string;
  readonly host: string;
  /** Of the process as it is now. @throws Error while it is stopped */
  pid(): number;
  /** Starts it again after {@link stop} or {@link kill9}. */
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Holds it still, as a host that hangs does, until {@link thaw}. */
  freeze(): void;
  thaw(): void;
  /** Keeps a copy of what is stored, under a name; of a stopped server. */
  copyStore(name: string): Promise<void>;
  /** Puts that copy in the place of what is stored now; of a stopped server. */
  restoreStore(name: string): Promise<void>;
  dispose(): Promise<void>;
}

interface NatsServerOptions {
  /** Lines of its configuration file beside those of JetStream and the address. */
  readonly settings?: string;
  /** False leaves it for a later `start`. */
  readonly started?: boolean;
}

const READY_TIMEOUT_MS = 10_000;
const READY_POLL_MS = 10;

/** For `describe.skipIf`; see {@link findProgram}. */
export function findNatsServer(): string | null {
  return findProgram('nats-server');
}

/** Starts a server on a free port. Dispose of it in every case. */
export async function startNatsServer(binary: string, options: NatsServerOptions = {}): Promise<NatsServer> {
  const directory = await mkdtemp(join(tmpdir(), 'rocket-nats-'));
  const configuration = join(directory, 'nats.conf');
  const store = join(directory, 'store');
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await writeFile(
    configuration,
    `listen: "${host}"\njetstream { store_dir: "${store}" }\n${options.settings ?? ''}\n`,
  );
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    child = spawn(binary, ['-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
    await untilReady(child);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === null) return;
    await endProcess(child, signal);
    child = null;
  }

  async function dispose(): Promise<void> {
    await end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }

  try {
    if (options.started !== false) await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url: `nats://${host}`,
    host,
    pid() {
      if (child?.pid === undefined) throw new Error('nats-server is not running');
      return child.pid;
    },
    start,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    copyStore: (name) => cp(store, join(directory, `copy-${name}`), { recursive: true }),
    async restoreStore(name) {
      await rm(store, { recursive: true });
      await cp(join(directory, `copy-${name}`), store, { recursive: true });
    },
    dispose,
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  let failure: Error | null = null;
  child.once('error', (error) => {
    failure = error;
  });
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  while (!output.includes('Server is ready')) {
    if (failure !== null) throw failure;
    if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}: ${output}`);
    if (Date.now() > deadlineMs) throw new Error(`nats-server is not ready: ${output}`);
    await sleep(READY_POLL_MS);
  }
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}
