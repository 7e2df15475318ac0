/**
 * The floor of a move: tables with their keys, rows from one server straight to the other one, indexes and constraints. It
 * is what `pg_dump | pg_restore` does, without their processes and without following what is written meanwhile.
 */
import { execFile } from 'node:child_process';
import { chmod, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabaseIfMissing, databaseUrl, dropDatabase } from '@rocket/platform';
import { Client } from 'pg';
import { withCleanUp } from '../clean-up.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { readHandStructure } from './read-structure.ts';

const run = promisify(execFile);
export const COPY_NAME = 'bench_copy';
/** The servers may run as another user than the benchmark. */
const FOR_ALL = { folder: 0o755, pipe: 0o666 } as const;

export interface CopyRoute {
  /** Of the database that is copied. */
  readonly from: string;
  /** Of any database of the server that gets the copy. */
  readonly to: string;
}

export interface CopyTimes {
  readonly copyingMs: number;
  readonly indexingMs: number;
}

/** The copy is removed again. */
export async function copyByHand({ from, to }: CopyRoute): Promise<CopyTimes> {
  return await withCleanUp(async (cleanUp) => {
    const folder = await temporaryFolder(cleanUp);
    await chmod(folder, FOR_ALL.folder);
    const beganAtMs = performance.now();
    await createDatabaseIfMissing(to, COPY_NAME);
    cleanUp.push(() => dropDatabase(to, COPY_NAME));
    const [source, target] = [new Client(from), new Client(databaseUrl(to, COPY_NAME))];
    for (const client of [source, target]) {
      await client.connect();
      cleanUp.push(() => client.end());
    }
    const { tables, keys, rest } = await readHandStructure(source);
    for (const { sql } of [...tables, ...keys]) await target.query(sql);
    for (const { name } of tables) await copyTable({ source, target, folder }, name);
    const copiedAtMs = performance.now();
    for (const { sql } of rest) await target.query(sql);
    return { copyingMs: copiedAtMs - beganAtMs, indexingMs: performance.now() - copiedAtMs };
  });
}

interface Ends {
  readonly source: Client;
  readonly target: Client;
  /** Both servers reach it. */
  readonly folder: string;
}

async function copyTable({ source, target, folder }: Ends, table: string): Promise<void> {
  const pipe = join(folder, 'rows');
  await run('mkfifo', [pipe]);
  await chmod(pipe, FOR_ALL.pipe);
  // A server that waits for the other end does not notice anything else.
  const release = async (error: unknown): Promise<never> => {
    await (await open(pipe, 'r+')).close();
    throw error;
  };
  await Promise.all([
    source.query(`COPY ${table} TO '${pipe}'`).catch(release),
    target.query(`COPY ${table} FROM '${pipe}'`).catch(release),
  ]);
  await rm(pipe);
}
