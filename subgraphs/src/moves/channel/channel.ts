/**
 * A channel by which the database of an app on one side follows the one on the other side: a publication and a slot where it
 * is written to, and a subscription where it is followed. All three have the channel's name.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isPostgresError } from '@rocket/platform';
import { type Lsn, RocketError } from '@rocket/schema';
import type { MoveTerm } from '../barrier/fence-sql.ts';
import { underTerm } from '../barrier/write-barrier.ts';
import type { MoveSide } from '../move-sides.ts';
import * as sql from './channel-sql.ts';
import { conninfo } from './conninfo.ts';
import { selectTables, sourceTable } from './copy-sql.ts';

const SLOT_MS = 60_000;
const READER_MS = 5_000;
const AGAIN_MS = 20;
const DUPLICATE_OBJECT = '42710';

export interface Channel {
  readonly name: string;
  /** Where it is written to. */
  readonly from: MoveSide;
  /** Where it is followed. */
  readonly to: MoveSide;
}

/**
 * What is committed from here on is kept for the other side, though nobody reads it yet. Does nothing twice. Waits for the
 * transactions that are open on the server, unless the signal ends that.
 */
export async function openSlot({ name, from }: Channel, term: MoveTerm, signal?: AbortSignal): Promise<void> {
  const tables = (await from.database.query(selectTables())).map(sourceTable);
  try {
    await underTerm(from.database, term, async (tx) => {
      await tx.query(
        sql.createPublication(
          name,
          tables.map((table) => table.name),
        ),
      );
    });
  } catch (error) {
    if (!isPostgresError(error) || error.code !== DUPLICATE_OBJECT) throw error;
  }
  try {
    await from.database.query(sql.createSlot(name), { deadlineAtMs: Date.now() + SLOT_MS, signal });
  } catch (error) {
    if (!(error instanceof RocketError) || error.code !== 'DEADLINE_EXCEEDED') throw error;
    const message = `Transactions on the Postgres of shard ${from.shard} stay open, of whichever database: a replication slot waits for all of them`;
    throw new Error(message, { cause: error });
  }
}

/** Where a subscription begins: with the rows that are there, or behind a position of the other side's log. */
export type Beginning = 'rows' | Lsn;

/** The other side follows from here on. Does nothing twice. */
export async function subscribe(
  { name, from, to }: Channel,
  term: MoveTerm,
  beginning: Beginning,
): Promise<void> {
  const known = await to.database.query(sql.selectSubscription(name));
  if (known.length > 0) return;
  const connection = conninfo(from.serverUrl, from.databaseName);
  await underTerm(to.database, term, async (tx) => {
    await tx.query(sql.keepFromLog());
    await tx.query(sql.createSubscription({ name, connection, copies: beginning === 'rows' }));
    if (beginning === 'rows') return;
    for (const statement of sql.beginAt(name, beginning)) await tx.query(statement);
  });
}

/** The other side follows no more. */
export async function unsubscribe(name: string, database: Database, term: MoveTerm): Promise<void> {
  const known = await database.query(sql.selectSubscription(name));
  if (known.length === 0) return;
  await underTerm(database, term, async (tx) => {
    for (const statement of sql.dropSubscription(name)) await tx.query(statement);
  });
}

/** Nothing is kept for the other side any more. @throws Error when its reader does not end */
export async function closeSlot(name: string, database: Database): Promise<void> {
  const untilMs = performance.now() + READER_MS;
  for (;;) {
    await database.query(sql.endReader(name));
    await database.query(sql.dropSlot(name));
    if (sql.slotStatus(await database.query(sql.selectSlot(name))) === null) break;
    if (performance.now() > untilMs)
      throw new Error(`Replication slot ${name} is read from, and was not dropped`);
    await sleep(AGAIN_MS);
  }
  await database.query(sql.dropCopySlots());
  await database.query(sql.dropPublication(name));
}
