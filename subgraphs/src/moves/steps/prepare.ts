/** The target gets a database with the app's tables, empty and closed to writes, and begins to follow the source. */
import {
  createDatabaseIfMissing,
  type Database,
  databaseExists,
  dropDatabase,
  isPostgresError,
} from '@rocket/platform';
import { isEmpty, readOwner } from '../../activation/database-owner.ts';
import { ensureSystemTables } from '../../tables/ensure-system-tables.ts';
import { fence, selectHasBarrier, selectMovesHere } from '../barrier/fence-sql.ts';
import { prepareBarrier, underTerm } from '../barrier/write-barrier.ts';
import { closeSlot, openSlot, subscribe, unsubscribe } from '../channel/channel.ts';
import { selectServer, serverFacts } from '../channel/channel-sql.ts';
import { MoveGivenUp } from '../held-move.ts';
import type { MoveSide } from '../move-sides.ts';
import type { DatabaseStructure } from '../structure/database-structure.ts';
import { readStructure } from '../structure/read-structure.ts';
import { createTables } from '../structure/structure-sql.ts';
import { tablesWithoutKey, unloggedTables } from '../structure/tables-without-key.ts';
import { forwardChannel, type MoveParts, termOf } from './move-step.ts';

const CONNECTION_FAILURE = '08006';

/** @throws MoveGivenUp for what has to be changed by a person first */
export async function prepare(parts: MoveParts): Promise<void> {
  const { move, sides } = parts;
  await checkServers(sides.source, sides.target);
  await checkOwner(parts);
  await prepareBarrier(sides.source.database, termOf(parts));
  await ensureSystemTables(sides.source.database);
  const structure = await readStructure(sides.source.database);
  refuseUnfollowable(structure);
  // Whatever an earlier attempt has left is of no use: it may have been begun by another process, long ago.
  await discardTarget(parts);
  await closeSlot(forwardChannel(parts).name, sides.source.database);
  move.check();
  await makeTarget(parts, structure);
  await move.checking((signal) => openSlot(forwardChannel(parts), termOf(parts), signal));
  move.check();
  await connect(parts);
}

/** Drops what a move has made on its target, and nothing else. */
export async function discardTarget(parts: MoveParts): Promise<void> {
  const { target } = parts.sides;
  if (!(await databaseExists(target.serverUrl, target.databaseName))) return;
  if (!(await mayDrop(target.database, parts))) {
    throw new MoveGivenUp(
      'failed',
      `The Postgres of shard ${target.shard} has a database ${target.databaseName} that no move of this app has made: rename or drop it`,
    );
  }
  await unsubscribe(forwardChannel(parts).name, target.database, termOf(parts));
  await dropDatabase(target.serverUrl, target.databaseName);
}

/** One that was made just now has nothing yet. The name alone proves nothing: other installations may share the server. */
async function mayDrop(database: Database, { isMoveOfApp }: MoveParts): Promise<boolean> {
  if (await isEmpty(database)) return true;
  const [row] = await database.query(selectHasBarrier());
  if (row?.[0] !== true) return false;
  const known = await Promise.all(
    (await database.query(selectMovesHere())).map(([id]) => isMoveOfApp(String(id))),
  );
  return known.includes(true);
}

async function checkServers(source: MoveSide, target: MoveSide): Promise<void> {
  for (const { shard, server, serverName } of [source, target]) {
    const { walLevel, maxSlots, slots, isReplica } = serverFacts(await server.query(selectServer()));
    if (walLevel !== 'logical') {
      throw new MoveGivenUp(
        'failed',
        `The Postgres of shard ${shard} at ${serverName} has wal_level = ${walLevel}: a move needs logical`,
      );
    }
    if (isReplica)
      throw new Error(`The Postgres of shard ${shard} at ${serverName} is a replica at the moment`);
    if (slots < maxSlots) continue;
    throw new Error(
      `All replication slots of shard ${shard} are taken (max_replication_slots = ${maxSlots})`,
    );
  }
}

async function checkOwner({ move, sides }: MoveParts): Promise<void> {
  const { app, appId } = move.record;
  const { database, databaseName, shard } = sides.source;
  const owner = await readOwner(database);
  if (owner === null || owner.id === appId) return;
  throw new MoveGivenUp('failed', `Database ${databaseName} of shard ${shard} is not that of app ${app}`);
}

function refuseUnfollowable(structure: DatabaseStructure): void {
  const unlogged = unloggedTables(structure);
  if (unlogged.length > 0) {
    throw new MoveGivenUp(
      'failed',
      `Rows of unlogged tables are not replicated: run ALTER TABLE ... SET LOGGED for ${unlogged.join(', ')}, or drop what is not needed`,
    );
  }
  const keyless = tablesWithoutKey(structure);
  if (keyless.length === 0) return;
  throw new MoveGivenUp(
    'failed',
    `Changes of a table without a key cannot be followed: give ${keyless.join(', ')} a primary key, or drop what is not needed`,
  );
}

async function makeTarget(parts: MoveParts, structure: DatabaseStructure): Promise<void> {
  const { target } = parts.sides;
  await createDatabaseIfMissing(target.serverUrl, target.databaseName);
  await prepareBarrier(target.database, termOf(parts));
  await underTerm(target.database, termOf(parts), async (tx) => {
    for (const statement of createTables(structure)) await tx.query(statement);
    // With its tables: it takes nothing but what is replicated, until it is opened.
    await tx.query(fence());
  });
}

async function connect(parts: MoveParts): Promise<void> {
  const { source, target } = parts.sides;
  try {
    await subscribe(forwardChannel(parts), termOf(parts), true);
  } catch (error) {
    if (!isPostgresError(error) || error.code !== CONNECTION_FAILURE) throw error;
    const between = `The Postgres of shard ${target.shard} cannot connect to that of shard ${source.shard} at ${source.serverName}`;
    throw new Error(between, { cause: error });
  }
}
