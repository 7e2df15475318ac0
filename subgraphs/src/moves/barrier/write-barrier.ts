/** What a mover does to the databases of an app: each piece only as long as no later mover has taken over. */
import type { Database, Transaction } from '@rocket/platform';
import type { Epoch } from '@rocket/schema';
import type { EnteredWriter } from '../../outbox/writers/writers-sql.ts';
import * as sql from './fence-sql.ts';

/** Longest that the fence waits for transactions that are open; all later writes wait behind it. */
const FENCE_MS = 1_800;
/** A mover that is frozen while it holds the locks is ended by the server. */
const IDLE_MS = 1_000;
const UNFENCE_MS = 5_000;
const MAX_STATEMENT_MS = 60_000;

/** Somebody else moves the app now. Nothing that is left to do is to be done here. */
export class MoverReplaced extends Error {
  override readonly name = 'MoverReplaced';
}

/** Makes what the fence needs. Called before anything else is done to the database of an app. */
export async function prepareBarrier(database: Database, term: sql.MoveTerm): Promise<void> {
  await database.transaction(async (tx) => {
    for (const text of sql.CREATE_FENCE) await tx.query({ text, values: [] });
    await enter(tx, term);
  });
}

/** Runs work in one transaction that no later mover's can precede. @throws MoverReplaced */
export async function underTerm<T>(
  database: Database,
  term: sql.MoveTerm,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return await database.transaction(
    async (tx) => {
      await enter(tx, term);
      return await work(tx);
    },
    { statementTimeoutMs: MAX_STATEMENT_MS },
  );
}

async function enter(tx: Transaction, term: sql.MoveTerm): Promise<void> {
  const entered = await tx.query(sql.enterTerm(term));
  if (entered.length === 0) throw new MoverReplaced('A later mover has taken over');
}

/**
 * From here on nobody commits anything, and everything has the next epoch. Waits for the transactions that are open.
 * @returns the writers that were open
 * @throws a Postgres error `57014` or `55P03` when they stay open for too long; nothing is fenced then
 */
export async function raiseFence(
  database: Database,
  term: sql.MoveTerm,
  epoch: Epoch,
): Promise<readonly EnteredWriter[]> {
  return await underTerm(database, term, async (tx) => {
    await tx.query(sql.limitFence(FENCE_MS, IDLE_MS));
    await tx.query(sql.fence());
    const writers = sql.endedWriters(await tx.query(sql.endAllWriters()));
    await tx.query(sql.setEpoch(epoch));
    return writers;
  });
}

/** The database takes writes, at this epoch, and what it has is on its disk. */
export async function lowerFence(database: Database, term: sql.MoveTerm, epoch: Epoch): Promise<void> {
  await underTerm(database, term, async (tx) => {
    await tx.query(sql.limitFence(UNFENCE_MS, IDLE_MS));
    await tx.query(sql.unfence());
    await tx.query(sql.setEpoch(epoch));
  });
}
