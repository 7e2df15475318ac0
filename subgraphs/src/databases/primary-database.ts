/** The database of an app on whichever server is the primary. */
import type { Database, Logger, PostgresServer, Replication, Statement } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { refusedByMove, unavailable } from './unavailable.ts';

export interface PrimaryDatabaseOptions {
  readonly replication: Pick<Replication, 'primary' | 'isPrimary' | 'failed'>;
  readonly poolOf: (server: PostgresServer) => Database;
  readonly logger: Logger;
}

/** Follows the primary when a replica is promoted. Closing it does nothing: the app keeps its pools. */
export function createPrimaryDatabase({ replication, poolOf, logger }: PrimaryDatabaseOptions): Database {
  async function use<T>(work: (database: Database, server: PostgresServer) => Promise<T>): Promise<T> {
    const server = await replication.primary();
    try {
      return await work(poolOf(server), server);
    } catch (error) {
      const failure = unavailable(error);
      if (failure === null) throw refusedByMove(error) ?? error;
      replication.failed(server, error);
      logger.warn({ err: error, server: server.name }, 'the primary did not take a request');
      throw failure;
    }
  }

  /** A caller that waited for a connection while a replica was promoted has one to the wrong server. */
  function requirePrimary(server: PostgresServer): void {
    if (replication.isPrimary(server)) return;
    throw new RocketError('SHARD_UNAVAILABLE', 'The database of this app has changed its primary');
  }

  return {
    query: (statement, options) => use((database) => database.query(statement, options)),
    transaction: (work, options) =>
      use((database, server) =>
        database.transaction(async (transaction) => {
          requirePrimary(server);
          let isCommitted = false;
          const done = await work({
            query: (statement, queryOptions) => transaction.query(statement, queryOptions),
            async commitWith(statement, queryOptions) {
              requirePrimary(server);
              const rows = await transaction.commitWith(statement, queryOptions);
              isCommitted = true;
              return rows;
            },
          });
          if (!isCommitted) requirePrimary(server);
          return done;
        }, options),
      ),
    close: () => Promise.resolve(),
  };
}

/** Wraps a database so that `note` is called after everything that may have been committed in it. */
export function notingCommits(database: Database, note: () => void): Database {
  return {
    async query(statement, options) {
      const rows = await database.query(statement, options);
      if (mayWrite(statement)) note();
      return rows;
    },
    async transaction(work, options) {
      const result = await database.transaction(work, options);
      note();
      return result;
    },
    close: () => database.close(),
  };
}

const READS = /^\s*SELECT\b/i;

/** A single statement that is not clearly a read counts as a commit; counting one too many only costs one query. */
function mayWrite({ text }: Statement): boolean {
  return !READS.test(text);
}
