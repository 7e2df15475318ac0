/**
 * Processor time of a process with its children, from `/proc`. Children that have ended count through the times that
 * their parent has collected, so the sum never falls.
 */
import { readdir, readFile } from 'node:fs/promises';

/** Milliseconds; null where there is no `/proc`. */
export type CpuReading = number | null;

/** What Linux counts in, on every machine that Node runs on. */
const TICK_MS = 10;

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly ms: number;
}

/** @param pids processes that are counted together, each with its children */
export async function readCpu(...pids: readonly number[]): Promise<CpuReading> {
  const processes = await readProcesses();
  if (processes === null) return null;
  const family = new Set(pids);
  // Parents may be listed after their children: repeat until nothing new is found.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const each of processes) if (family.has(each.parent)) family.add(each.pid);
  }
  return processes.reduce((sum, each) => (family.has(each.pid) ? sum + each.ms : sum), 0);
}

/** Resident memory in bytes; null where there is no `/proc`. */
export async function readMemory(pid: number): Promise<number | null> {
  const status = await readIfThere(`/proc/${pid}/status`);
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
}

async function readProcesses(): Promise<readonly ProcessTimes[] | null> {
  let names: readonly string[];
  try {
    names = await readdir('/proc');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const texts = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => readIfThere(`/proc/${name}/stat`)),
  );
  return texts.flatMap((text) => (text === null ? [] : [parseStat(text)]));
}

/** The name is in parentheses and may hold anything, so the fields are counted from behind it. */
function parseStat(text: string): ProcessTimes {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(text, 10), parent: Number(fields[1]), ms: ticks * TICK_MS };
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // It ended between being listed and being read.
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}
