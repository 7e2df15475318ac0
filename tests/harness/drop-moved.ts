/** Removes what moves of apps leave on the Postgres servers of a world, in whatever state the moves are. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createDatabase,
  createLogger,
  type Database,
  databaseExists,
  databaseUrl,
  dropDatabase,
  type MoveRecord,
} from '@rocket/platform';
import * as sql from '../../subgraphs/src/moves/channel/channel-sql.ts';

/** A server that has just lost its reader says so within milliseconds. */
const SLOT_TRIES = 200;
const POLL_MS = 20;

interface Place {
  readonly serverUrl: string;
  readonly database: string;
}

/** To be called when nobody moves apps any more. @param serverOf a shard: its Postgres; null when that is gone */
export async function dropMoved(
  moves: readonly MoveRecord[],
  serverOf: (shard: string) => string | null,
): Promise<void> {
  const places = new Map<string, Place>();
  for (const { shard, database } of moves.flatMap(({ source, target }) => [source, target])) {
    const serverUrl = serverOf(shard);
    if (serverUrl !== null && (await databaseExists(serverUrl, database)))
      places.set(`${serverUrl} ${database}`, { serverUrl, database });
  }
  // All readers first, as they would come back to a slot that is to be dropped.
  for (const place of places.values()) await inDatabase(place, dropSubscriptions);
  for (const place of places.values()) await inDatabase(place, dropSlots);
  for (const { serverUrl, database } of places.values()) await dropDatabase(serverUrl, database);
}

async function inDatabase(
  { serverUrl, database }: Place,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const logger = createLogger({ level: 'silent', name: 'test' });
  const url = `${databaseUrl(serverUrl, database)}?options=-c%20rocket.mover%3Don`;
  const opened = createDatabase({ url, logger, max: 1 });
  try {
    await work(opened);
  } finally {
    await opened.close();
  }
}

async function dropSubscriptions(database: Database): Promise<void> {
  for (const [name] of await database.query(sql.selectMoveSubscriptions()))
    for (const statement of sql.dropSubscription(String(name))) await database.query(statement);
}

/** Those of this database, which are those of the moves that wrote to it. */
async function dropSlots(database: Database): Promise<void> {
  const slots = await database.query({
    text: `SELECT slot_name FROM pg_replication_slots WHERE database = current_database()`,
    values: [],
  });
  for (const name of slots.map(([slot]) => String(slot))) {
    for (let tries = 0; tries < SLOT_TRIES; tries += 1) {
      await database.query(sql.endReader(name));
      if ((await database.query(sql.dropSlot(name))).length > 0) break;
      if (sql.slotStatus(await database.query(sql.selectSlot(name))) === null) break;
      await sleep(POLL_MS);
    }
  }
}
