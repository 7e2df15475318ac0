/**
 * The Postgres server of a run: one of its own, one that earlier runs have filled, or one that `serve` has left
 * running.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, createLogger, startEmbeddedPostgres } from '@rocket/platform';
import type { CleanUp } from '../clean-up.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface BenchPostgres {
  /** Of database `postgres`, as superuser. */
  readonly url: string;
  readonly pid: number;
}

/** An empty server, which is removed in the end. */
export async function startBenchPostgres(
  cleanUp: CleanUp,
  options: { durable: boolean } = { durable: false },
): Promise<BenchPostgres> {
  return await start(cleanUp, await temporaryFolder(cleanUp), options);
}

/** A server whose data stay in the temporary folder, for later runs. @param name says what is in it, exactly */
export async function startKeptPostgres(cleanUp: CleanUp, name: string): Promise<BenchPostgres> {
  return await start(cleanUp, join(tmpdir(), `rocket-bench-${name}`));
}

/** A server that is running already. */
export async function findBenchPostgres(url: string): Promise<BenchPostgres> {
  return { url, pid: await readServerPid(url) };
}

async function start(
  cleanUp: CleanUp,
  dataDir: string,
  { durable }: { durable: boolean } = { durable: false },
): Promise<BenchPostgres> {
  const logger = createLogger({ level: 'error', name: 'bench' });
  // What is there can be made again: where nothing is written, safety against a crash would only slow the load down.
  const postgres = await startEmbeddedPostgres({ dataDir, logger, durable });
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
