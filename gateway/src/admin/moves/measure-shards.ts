/** How large and how busy the apps are, as the Postgres servers of their shards know. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type Database, type Statement } from '@rocket/platform';
import type { AppName, Placement, ShardName, ShardRecord } from '@rocket/schema';
import { z } from 'zod';
import type { AdminParts } from '../parts.ts';

/** Between the two readings of what is counted. */
const PERIOD_MS = 1_000;
/** Short, because a user waits and a server may be gone. */
const TIMEOUT_MS = 5_000;

/** Name, bytes, and transactions since the server counts them. */
const MeasureRow = z.tuple([z.string(), z.number(), z.number()]);

export interface Measured {
  readonly bytes: number;
  readonly transactionsPerSecond: number;
}

/** By app. */
export type ShardMeasures = ReadonlyMap<AppName, Measured>;

export interface MeasureOptions {
  /** Whether transactions are counted too, for which a second passes; else they are 0. */
  readonly transactions: boolean;
}

/** Of all shards at once, by shard. Without those whose Postgres does not answer. */
export async function measureShards(
  shards: readonly ShardRecord[],
  { transactions }: MeasureOptions,
  parts: AdminParts,
): Promise<ReadonlyMap<ShardName, ShardMeasures>> {
  const placements = [...parts.view.current.shardMap.placements.values()];
  const measured = await Promise.all(
    shards.map(async ({ name }) => {
      const placed = placements.filter(({ shard }) => shard === name);
      try {
        return [[name, await measureShard(name, { placed, transactions }, parts)] as const];
      } catch (error) {
        parts.logger.warn({ err: error, shard: name }, 'the databases of a shard cannot be measured');
        return [];
      }
    }),
  );
  return new Map(measured.flat());
}

async function measureShard(
  name: ShardName,
  { placed, transactions }: MeasureOptions & { readonly placed: readonly Placement[] },
  { catalog, logger }: AdminParts,
): Promise<ShardMeasures> {
  const { databaseUrl } = await catalog.shardRegistration(name);
  const database = createDatabase({
    ...{ url: databaseUrl, logger, applicationName: 'rocket-measure', max: 1 },
    acquireTimeoutMs: TIMEOUT_MS,
  });
  try {
    const names = placed.map((placement) => placement.database);
    const read = () => readDatabases(database, names);
    const first = await read();
    const startedMs = performance.now();
    if (transactions) await sleep(PERIOD_MS);
    const second = transactions ? await read() : first;
    const seconds = Math.max(1, performance.now() - startedMs) / 1_000;
    return new Map(
      placed.map((placement) => {
        const before = first.get(placement.database);
        const { bytes, count } = second.get(placement.database) ?? { bytes: 0, count: 0 };
        // A server that has lost its statistics meanwhile counts from 0 again.
        const counted = Math.max(0, count - (before?.count ?? count));
        return [placement.app, { bytes, transactionsPerSecond: counted / seconds }];
      }),
    );
  } finally {
    await database.close();
  }
}

interface Counted {
  readonly bytes: number;
  readonly count: number;
}

async function readDatabases(
  database: Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, Counted>> {
  const rows = await database.query(selectMeasures(names), { deadlineAtMs: Date.now() + TIMEOUT_MS });
  return new Map(
    rows.map((row) => {
      const [name, bytes, count] = MeasureRow.parse(row);
      return [name, { bytes, count }];
    }),
  );
}

function selectMeasures(names: readonly string[]): Statement {
  return {
    text: `SELECT d.datname::text, pg_database_size(d.oid)::float8,
             coalesce(s.xact_commit + s.xact_rollback, 0)::float8
           FROM pg_database d LEFT JOIN pg_stat_database s ON s.datid = d.oid
           WHERE d.datname = ANY ($1::text[])`,
    values: [names],
  };
}
