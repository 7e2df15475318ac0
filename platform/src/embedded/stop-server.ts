import { setTimeout as sleep } from 'node:timers/promises';
import { readIfThere } from './home/home.ts';

const POLL_MS = 20;
/** Signals of a shutdown from mild to hard, with the time to wait after each. */
const STEPS = [
  // Fast shutdown: rolls back running transactions, makes a checkpoint and ends.
  { signal: 'SIGINT', waitMs: 20_000 },
  // Immediate shutdown: ends at once and recovers at the next start.
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/** True while a process with this id runs, ours or not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !(await isZombie(pid));
}

/**
 * In a container whose first process does not collect orphans, a server that has ended keeps its process id for ever.
 */
async function isZombie(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const line = (await readIfThere(`/proc/${pid}/stat`).catch(() => null)) ?? '';
  // `123 (name) Z ...`; the name may hold blanks and parentheses.
  return line.slice(line.lastIndexOf(')') + 2).startsWith('Z');
}

/** Ends a server, our child or not, and returns when it is gone. */
export async function stopServer(pid: number): Promise<void> {
  for (const { signal, waitMs } of STEPS) {
    if (!sendSignal(pid, signal)) return;
    const deadlineAtMs = Date.now() + waitMs;
    while (Date.now() < deadlineAtMs) {
      if (!(await isRunning(pid))) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`The PostgreSQL server with process id ${pid} does not end`);
}

/** False when the process is gone already. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
