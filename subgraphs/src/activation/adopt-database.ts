/** Makes a database that was restored from a backup the present one of its app. */
import type { Database } from '@rocket/platform';
import type { Placed } from '@rocket/schema';
import { z } from 'zod';
import { endAllWriters, selectHasBarrier, unfence } from '../moves/barrier/fence-sql.ts';
import {
  dropPublication,
  dropSubscription,
  selectMovePublications,
  selectMoveSubscriptions,
} from '../moves/channel/channel-sql.ts';
import { skipIds } from '../outbox/writers/writers-sql.ts';
import { createSystemTables } from '../tables/system-tables.ts';
import { lockActivation } from './activation-lock.ts';
import { EPOCH_KEY, upsertMeta } from './meta.ts';

const Name = z.tuple([z.string()]);

/**
 * A backup may have been made in the middle of a move, and it knows nothing of what was told after it: the fence is lowered,
 * what moves have left is removed, and numbers of events go on behind all that may have been given.
 */
export async function adoptDatabase(database: Database, { epoch }: Pick<Placed, 'epoch'>): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(lockActivation());
    await createSystemTables(tx);
    const [barrier] = await tx.query(selectHasBarrier());
    if (barrier?.[0] === true) await tx.query(unfence());
    for (const row of await tx.query(selectMovePublications()))
      await tx.query(dropPublication(Name.parse(row)[0]));
    for (const row of await tx.query(selectMoveSubscriptions()))
      for (const statement of dropSubscription(Name.parse(row)[0])) await tx.query(statement);
    await tx.query(endAllWriters());
    await tx.query(upsertMeta(EPOCH_KEY, epoch));
    await tx.query(skipIds());
  });
}
