/** A transaction of the app that has written and does not end by itself. */
import type { PooledDatabase } from '@rocket/platform';

const WRITE = 'UPDATE fillers SET body = body WHERE id = (SELECT min(id::text)::uuid FROM fillers)';

export interface OpenTransaction {
  /** Commits it. @throws when the server has ended it. Does nothing twice */
  end(): Promise<void>;
}

/** @param database of the app; closed with the transaction */
export async function openTransaction(database: PooledDatabase): Promise<OpenTransaction> {
  const ending = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const committed = database
    .transaction(async (tx) => {
      await tx.query({ text: WRITE, values: [] });
      written.resolve();
      await ending.promise;
    })
    .finally(() => database.close());
  await Promise.race([written.promise, committed]);
  return {
    async end() {
      ending.resolve();
      await committed;
    },
  };
}
