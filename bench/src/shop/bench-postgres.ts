/** The Postgres server of a run: one of its own, or one that an earlier `serve` has left running. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, createLogger, startEmbeddedPostgres } from '@rocket/platform';
import type { CleanUp } from '../clean-up.ts';

export interface BenchPostgres {
  /** Of database `postgres`, as superuser. */
  readonly url: string;
  readonly pid: number;
}

export async function openBenchPostgres(cleanUp: CleanUp, url: string | null): Promise<BenchPostgres> {
  if (url !== null) return { url, pid: await readServerPid(url) };
  const dataDir = await mkdtemp(join(tmpdir(), 'rocket-bench-'));
  cleanUp.push(() => rm(dataDir, { recursive: true, force: true }));
  const logger = createLogger({ level: 'error', name: 'bench' });
  // Nothing here outlives the run, and no scenario writes: safety against a crash would only slow the load down.
  const postgres = await startEmbeddedPostgres({ dataDir, logger, durable: false });
  cleanUp.push(() => postgres.stop());
  return { url: postgres.url, pid: postgres.pid };
}

/** The first line of the server's own file. */
async function readServerPid(url: string): Promise<number> {
  const logger = createLogger({ level: 'error', name: 'bench' });
  const database = createDatabase({ url, logger, max: 1 });
  try {
    const [row] = await database.query({ text: "SELECT pg_read_file('postmaster.pid')", values: [] });
    return Number.parseInt(String(row?.[0]), 10);
  } finally {
    await database.close();
  }
}
