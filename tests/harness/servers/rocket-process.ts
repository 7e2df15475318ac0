/** The `rocket` command as its users run it: real processes, ended by their ids. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROCKET = join(import.meta.dirname, '../../../cli/bin/rocket.js');
const READY_TIMEOUT_MS = 60_000;
const PROBE_INTERVAL_MS = 50;
/** Then it is killed, so that a process that hangs fails its test and nothing else. */
const STOP_TIMEOUT_MS = 15_000;

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RocketProcess {
  readonly url: string;
  readonly pid: number;
  /** Standard output and error so far. */
  output(): string;
  /** Resolves once `path` answers 200. @throws with its output when it ends before, or takes too long */
  waitFor(path: string): Promise<void>;
  /** Its end, whoever brings it about. */
  readonly finished: Promise<Finished>;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Finished>;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs a command to its end. */
export async function runRocket(
  args: readonly string[],
  environment: Environment = {},
  input: string | Buffer = '',
): Promise<Finished> {
  const child = launch(args, environment);
  child.stdin?.end(input);
  return await collect(child).finished;
}

/** Runs a server, on a free port unless `PORT` is given. End it in every case: `afterAll(() => server.end())`. */
export async function startRocket(
  args: readonly string[],
  environment: Environment = {},
): Promise<RocketProcess> {
  const port = environment['PORT'] ?? String(await freePort());
  const child = launch(args, { HOST: '127.0.0.1', ...environment, PORT: port });
  child.stdin?.end();
  const { pid } = child;
  if (pid === undefined) throw new Error(`rocket ${args.join(' ')} did not start`);
  const { finished, output } = collect(child);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid,
    output,
    finished,
    waitFor: (path) => waitForAnswer({ url: `${url}${path}`, child, output }),
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      try {
        return await finished;
      } finally {
        clearTimeout(killer);
      }
    },
  };
}

/** A data directory of its own; its embedded PostgreSQL may need to be reached by another user. */
export async function temporaryDirectory(): Promise<{ path: string; dispose: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'rocket-e2e-'));
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
}

/** None of the surroundings' settings reach a command: a DATABASE_URL of the developer must not be used. */
export function environmentOf(settings: Environment): Environment {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, ...settings };
}

function launch(args: readonly string[], environment: Environment): ChildProcess {
  return spawn(process.execPath, [ROCKET, ...args], {
    env: environmentOf(environment),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function collect(child: ChildProcess): { finished: Promise<Finished>; output: () => string } {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, stdout, stderr }));
  return { finished: promise, output: () => stdout + stderr };
}

async function waitForAnswer(options: {
  url: string;
  child: ChildProcess;
  output: () => string;
}): Promise<void> {
  const { url, child, output } = options;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}:\n${output()}`);
    if (await answersOk(url)) return;
    await sleep(PROBE_INTERVAL_MS);
  }
  throw new Error(`${url} was not ready in ${READY_TIMEOUT_MS} ms:\n${output()}`);
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    // It does not listen yet.
    return false;
  }
}

async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer();
  probe.once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address();
    probe.close(() => {
      if (address === null || typeof address === 'string') reject(new Error('No port was free'));
      else resolve(address.port);
    });
  });
  return await promise;
}
