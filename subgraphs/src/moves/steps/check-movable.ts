/** What is in the way of a move, before anything is done: each has to be changed by a person. */
import type { Database } from '@rocket/platform';
import { readOwner } from '../../activation/database-owner.ts';
import { selectPasses } from '../barrier/fence-sql.ts';
import { selectServer, serverFacts } from '../channel/channel-sql.ts';
import { MoveGivenUp } from '../held-move.ts';
import type { MoveSide } from '../move-sides.ts';
import type { DatabaseStructure } from '../structure/database-structure.ts';
import { tablesWithoutKey, unloggedTables } from '../structure/tables-without-key.ts';
import { selectUncopied } from '../structure/uncopied-sql.ts';
import type { MoveParts } from './move-step.ts';

export async function checkServers(source: MoveSide, target: MoveSide): Promise<void> {
  for (const { shard, server, serverName, serverUrl } of [source, target]) {
    const { walLevel, maxSlots, slots, isReplica } = serverFacts(await server.query(selectServer()));
    if (new URL(serverUrl).hostname === '') {
      throw new MoveGivenUp(
        'failed',
        `The address of the Postgres of shard ${shard} has no host, so no other server could reach it`,
      );
    }
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

export async function checkOwner({ move, sides }: MoveParts): Promise<void> {
  const { app, appId } = move.record;
  const { database, databaseName, shard } = sides.source;
  const [passes] = await database.query(selectPasses());
  if (passes?.[0] !== true) {
    throw new MoveGivenUp(
      'failed',
      `The Postgres of shard ${shard} takes no settings of sessions, as behind a connection pooler: a move needs the server itself`,
    );
  }
  const owner = await readOwner(database);
  if (owner === null || owner.id === appId) return;
  throw new MoveGivenUp('failed', `Database ${databaseName} of shard ${shard} is not that of app ${app}`);
}

export function refuseUnfollowable(structure: DatabaseStructure): void {
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

/** What is in the database beside tables and what belongs to them would be lost with the source. */
export async function refuseUncopied(database: Database): Promise<void> {
  const found = (await database.query(selectUncopied())).map(([what]) => String(what));
  if (found.length === 0) return;
  throw new MoveGivenUp(
    'failed',
    `The database has what a move does not take along: ${found.join(', ')}; drop it, and make it again after the move`,
  );
}
