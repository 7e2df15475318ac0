/** The target gets a database with the app's tables, empty and closed to writes, and begins to follow the source. */
import { createDatabaseIfMissing, drawDatabaseName, isPostgresError } from '@rocket/platform';
import { ensureSystemTables } from '../../tables/ensure-system-tables.ts';
import { fence } from '../barrier/fence-sql.ts';
import { prepareBarrier, underTerm } from '../barrier/write-barrier.ts';
import { closeSlot, openSlot, subscribe } from '../channel/channel.ts';
import type { DatabaseStructure } from '../structure/database-structure.ts';
import { readStructure } from '../structure/read-structure.ts';
import { createTables } from '../structure/structure-sql.ts';
import { checkOwner, checkServers, refuseUncopied, refuseUnfollowable } from './check-movable.ts';
import { discardTarget } from './discard-target.ts';
import { forwardChannel, type MoveParts, termOf } from './move-step.ts';
import { requireSameHistory } from './same-history.ts';

const CONNECTION_FAILURE = '08006';

/** The sides have to be opened anew. */
export class TargetRenamed extends Error {
  override readonly name = 'TargetRenamed';
}

/** @throws MoveGivenUp for what has to be changed by a person first; TargetRenamed */
export async function prepare(parts: MoveParts): Promise<void> {
  const { move, sides } = parts;
  await checkServers(sides.source, sides.target);
  await checkOwner(parts);
  await prepareBarrier(sides.source.database, termOf(parts));
  await ensureSystemTables(sides.source.database);
  const structure = await readStructure(sides.source.database);
  refuseUnfollowable(structure);
  await refuseUncopied(sides.source.database);
  // Whatever an earlier attempt has left is of no use: it may have been begun by another process, long ago. A new one gets
  // another name, as that process may be about to drop it.
  if (await discardTarget(parts)) {
    const targetDatabase = drawDatabaseName(move.record.target.database);
    await move.advance({ phase: 'preparing', targetDatabase });
    throw new TargetRenamed('The target has another name now');
  }
  await closeSlot(forwardChannel(parts).name, sides.source.database);
  move.check();
  await makeTarget(parts, structure);
  move.tell({
    detail: `waits for transactions that are open on the Postgres of shard ${sides.source.shard}`,
  });
  await move.checking((signal) => openSlot(forwardChannel(parts), termOf(parts), signal));
  move.check();
  await connect(parts);
  await requireSameHistory(parts);
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
    await subscribe(forwardChannel(parts), termOf(parts), 'rows');
  } catch (error) {
    if (!isPostgresError(error) || error.code !== CONNECTION_FAILURE) throw error;
    const between = `The Postgres of shard ${target.shard} cannot connect to that of shard ${source.shard} at ${source.serverName}`;
    throw new Error(between, { cause: error });
  }
}
