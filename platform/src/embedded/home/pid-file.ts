import { join } from 'node:path';
import { type Home, readIfThere } from './home.ts';

/** Lines of `postmaster.pid`, counted from 0. */
const PID_LINE = 0;
const STATUS_LINE = 7;

/** Null when there is no file, or when its writer did not get as far as writing its process id. */
export async function readPidFile(home: Home): Promise<{ path: string; pid: number; ready: boolean } | null> {
  const path = join(home.cluster, 'postmaster.pid');
  const lines = ((await readIfThere(path)) ?? '').split('\n');
  const pid = Number.parseInt(lines[PID_LINE] ?? '', 10);
  if (!Number.isSafeInteger(pid) || pid <= 1) return null;
  return { path, pid, ready: lines[STATUS_LINE]?.trim() === 'ready' };
}
