/** What an earlier run that ended without a stop left behind: a server that goes on, or its `postmaster.pid`. */
import { readlink, realpath, rm } from 'node:fs/promises';
import type { Logger } from '../telemetry/logger.ts';
import type { Home } from './home/home.ts';
import { readPidFile } from './home/pid-file.ts';
import { runProgram } from './run-program.ts';
import { isRunning, stopServer } from './stop-server.ts';

/**
 * Makes the cluster free to start. A live orphan is stopped and not adopted: it would keep the settings of another
 * version of us, and would not be our child whose end we hear of. Call it only with the home locked.
 */
export async function clearOrphan(home: Home, logger: Logger): Promise<void> {
  const left = await readPidFile(home);
  // One whose process is gone is left to the server: it looks for surviving children before it goes on.
  if (left === null || !(await isRunning(left.pid))) return;
  if (await isServerOf(left.pid, home.cluster)) {
    logger.warn({ pid: left.pid }, 'stopping the PostgreSQL server that an earlier run left behind');
    await stopServer(left.pid);
    return;
  }
  // The number belongs to another program by now; the server would take that for a rival and refuse to start.
  logger.warn({ pid: left.pid }, 'removing a stale postmaster.pid');
  await rm(left.path, { force: true });
}

/** A server works in its data directory, which tells more than a command line. */
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const directory = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    return directory !== null && directory === (await realpath(cluster));
  }
  const command = await runProgram('ps', ['-o', 'command=', '-p', String(pid)], { cwd: '/' }).catch(() => '');
  return command.includes('postgres') && command.includes(cluster);
}
