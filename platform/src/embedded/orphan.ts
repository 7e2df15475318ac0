/** Cleans up after an earlier run that ended without a stop: a server that still runs, or its `postmaster.pid`. */
import { readlink, realpath, rm } from 'node:fs/promises';
import type { Logger } from '../telemetry/logger.ts';
import type { Home } from './home/home.ts';
import { readPidFile } from './home/pid-file.ts';
import { runProgram } from './run-program.ts';
import { isRunning, stopServer } from './stop-server.ts';

/**
 * Makes it possible to start the cluster. A live orphan is stopped and not adopted: it might have the settings of
 * another version of us, and we get no exit event because it is not our child. Call it only with the home locked.
 */
export async function clearOrphan(home: Home, logger: Logger): Promise<void> {
  const left = await readPidFile(home);
  // If its process is gone, the file is left to the server, which looks for surviving children before it starts.
  if (left === null || !(await isRunning(left.pid))) return;
  if (await isServerOf(left.pid, home.cluster)) {
    logger.warn({ pid: left.pid }, 'stopping the PostgreSQL server that an earlier run left behind');
    await stopServer(left.pid);
    return;
  }
  // The process id belongs to another program by now; the server would take that for a running server and refuse to
  // start.
  logger.warn({ pid: left.pid }, 'removing a stale postmaster.pid');
  await rm(left.path, { force: true });
}

/** A server's working directory is its data directory, which is more reliable than its command line. */
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const directory = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    return directory !== null && directory === (await realpath(cluster));
  }
  const command = await runProgram('ps', ['-o', 'command=', '-p', String(pid)], { cwd: '/' }).catch(() => '');
  return command.includes('postgres') && command.includes(cluster);
}
