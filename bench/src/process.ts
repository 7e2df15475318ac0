/** Child processes of a benchmark: started, awaited until they answer, always ended by pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 100;

export interface BenchProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Runs a file under this Node and waits until `readyUrl` answers 200. */
export async function startProcess(options: {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  readyUrl: string;
}): Promise<BenchProcess> {
  const child = spawn(process.execPath, [options.file, ...options.args], {
    env: { ...process.env, APOLLO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = () => endProcess(child);
  try {
    await untilReady(child, options.readyUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  if (child.pid === undefined) throw new Error(`${options.file} did not start`);
  return { pid: child.pid, stop };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`A process of the benchmark ended with ${child.exitCode}`);
    if (await answers(url)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${url} did not get ready in ${START_TIMEOUT_MS} ms`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    // A refusal is a sign of life too: the peer has no path that tells whether it is ready.
    return response.status < 500;
  } catch (error) {
    // Not listening yet is what polling is for; anything else is a mistake of the benchmark.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Ends it with force after a while. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}
