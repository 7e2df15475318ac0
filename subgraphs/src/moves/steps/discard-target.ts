/** Drops what a move has made on its target, and nothing else. */
import { type Database, databaseExists, dropDatabase } from '@rocket/platform';
import { isEmpty } from '../../activation/database-owner.ts';
import { selectHasBarrier, selectMovesHere } from '../barrier/fence-sql.ts';
import { unsubscribe } from '../channel/channel.ts';
import { MoveGivenUp } from '../held-move.ts';
import { forwardChannel, type MoveParts, termOf } from './move-step.ts';

/** @returns whether there was something */
export async function discardTarget(parts: MoveParts): Promise<boolean> {
  const { target } = parts.sides;
  if (!(await databaseExists(target.serverUrl, target.databaseName))) return false;
  if (!(await isOfMoves(target.database, parts.isMoveOfApp))) {
    throw new MoveGivenUp(
      'failed',
      `The Postgres of shard ${target.shard} has a database ${target.databaseName} that no move of this app has made: rename or drop it`,
    );
  }
  await unsubscribe(forwardChannel(parts).name, target.database, termOf(parts));
  await parts.move.require();
  await dropDatabase(target.serverUrl, target.databaseName);
  return true;
}

/** One that was made just now has nothing yet. The name alone proves nothing: other installations may share the server. */
export async function isOfMoves(
  database: Database,
  isMoveOfApp: (move: string) => Promise<boolean>,
): Promise<boolean> {
  if (await isEmpty(database)) return true;
  const [row] = await database.query(selectHasBarrier());
  if (row?.[0] !== true) return false;
  const ids = (await database.query(selectMovesHere())).map(([id]) => String(id));
  return (await Promise.all(ids.map(isMoveOfApp))).includes(true);
}
