import { isDeepStrictEqual } from 'node:util';
import { type Placement, RocketError, type ShardName } from '@rocket/schema';
import { z } from 'zod';
import { isPostgresError, POSTGRES_CODES } from '../postgres/errors.ts';
import type { Database, Queryable, Statement } from '../postgres/queryable.ts';
import { forgetApp } from './apps.ts';
import type { Catalog, ShardRegistration } from './catalog.ts';
import { appsPlacedOn } from './placements.ts';
import {
  deleteShard,
  insertShard,
  selectShard,
  updateShardCluster,
  updateShardDatabaseUrl,
  updateShardServers,
  updateShardState,
  updateShardUrl,
} from './sql/shard-sql.ts';
import { bumpVersion } from './sql/version-sql.ts';

const ShardRow = z.tuple([
  z.string().nullable(),
  z.enum(['active', 'draining']),
  z.string(),
  z.array(z.string()),
  z.string().nullable(),
  z.number().nullable(),
]);

type ShardCommands = Pick<
  Catalog,
  | 'addShard'
  | 'setShardState'
  | 'setShardUrl'
  | 'setShardDatabaseUrl'
  | 'setShardServers'
  | 'setShardCluster'
  | 'removeShard'
  | 'removeShardWithApps'
  | 'shardRegistration'
>;

/** Shards and the addresses of their processes and databases. */
export function shardCommands(database: Database): ShardCommands {
  return {
    addShard: (shard) => database.transaction((transaction) => addShard(transaction, shard)),

    setShardState: (name, state) => change(database, updateShardState(name, state), name),

    setShardUrl: (name, url) => change(database, updateShardUrl(name, url), name),

    setShardDatabaseUrl: (name, url) => change(database, updateShardDatabaseUrl(name, url), name),

    setShardServers: (name, { databaseUrl = null, replicaUrls }) =>
      change(database, updateShardServers(name, { databaseUrl, replicaUrls }), name),

    setShardCluster: (name, known) => change(database, updateShardCluster(name, known), name),

    removeShard: async (name) => {
      try {
        await change(database, deleteShard(name));
      } catch (error) {
        if (!isPostgresError(error) || error.code !== POSTGRES_CODES.foreignKeyViolation) throw error;
        throw new RocketError('CONFLICT', `Apps are placed on shard ${name}`, { cause: error });
      }
    },

    removeShardWithApps: (name) =>
      database.transaction((transaction) => removeShardWithApps(transaction, name)),

    shardRegistration: (name) => registration(database, name),
  };
}

async function addShard(transaction: Queryable, shard: Parameters<Catalog['addShard']>[0]): Promise<void> {
  const { name, databaseUrl, url, replicaUrls } = shard;
  const added = await transaction.query(insertShard({ ...shard, replicaUrls: replicaUrls ?? [] }));
  if (added.length > 0) {
    await transaction.query(bumpVersion());
    return;
  }
  const known = await registration(transaction, name);
  const sameReplicas = replicaUrls === undefined || isDeepStrictEqual(known.replicaUrls, replicaUrls);
  if (known.databaseUrl !== databaseUrl || known.url !== url || !sameReplicas) {
    throw new RocketError('CONFLICT', `There is already a shard ${name} with other addresses`);
  }
}

async function removeShardWithApps(
  transaction: Queryable,
  name: ShardName,
): Promise<readonly Pick<Placement, 'app' | 'database'>[]> {
  await registration(transaction, name);
  const placed = await appsPlacedOn(transaction, name);
  for (const { app } of placed) await forgetApp(transaction, app);
  await transaction.query(deleteShard(name));
  await transaction.query(bumpVersion());
  return placed;
}

/**
 * Runs a statement that returns a row when it changed something.
 * @param required shard that must exist if nothing changed
 */
async function change(database: Database, statement: Statement, required?: ShardName): Promise<void> {
  await database.transaction(async (transaction) => {
    const changed = await transaction.query(statement);
    if (changed.length > 0) await transaction.query(bumpVersion());
    else if (required !== undefined) await registration(transaction, required);
  });
}

async function registration(queryable: Queryable, name: ShardName): Promise<ShardRegistration> {
  const [row] = await queryable.query(selectShard(name));
  if (row === undefined) throw new RocketError('NOT_FOUND', `There is no shard ${name}`);
  const [url, state, databaseUrl, replicaUrls, systemId, timeline] = ShardRow.parse(row);
  const cluster = systemId === null || timeline === null ? null : { systemId, timeline };
  return { name, url, state, databaseUrl, replicaUrls, cluster };
}
