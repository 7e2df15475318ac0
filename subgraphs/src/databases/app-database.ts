/** The database of one app on the servers of its shard: writes go to the primary, reads where they may. */
import {
  type Database,
  isConnectionError,
  isPostgresError,
  type Logger,
  type PostgresServer,
  type Replication,
  type Statement,
} from '@rocket/platform';
import { type Lsn, RocketError } from '@rocket/schema';
import { createCommitTracker, laterLsn } from './commit-tracker.ts';
import { choosePlace, type ReadPlace, type RepeatOptions, readRepeating } from './repeat-read.ts';

export interface Reader {
  /** For reading alone. Repeats a read elsewhere when its server fails. Closing it does nothing: the app keeps its pools. */
  readonly database: Database;
  /** Where a first attempt goes. */
  readonly kind: ReadPlace['kind'];
  /** `host:port` of that server. */
  readonly name: string;
}

export interface AppDatabase {
  /**
   * For writes, and for reads that must see the newest state. Follows the primary when a replica is promoted. Fails with
   * `SHARD_UNAVAILABLE` while there is none.
   */
  readonly primary: Database;
  /**
   * A database that has all that was committed up to `minLsn`, and everything that this process has committed itself.
   * @throws RocketError `SHARD_UNAVAILABLE` when no server can promise that
   */
  reader(minLsn: Lsn | null): Promise<Reader>;
  /** Position of the log past everything that was committed before this call. */
  committed(): Promise<Lsn>;
  /** There are replicas, so that a reader may have to say which position he must see. */
  readonly replicated: boolean;
  close(): Promise<void>;
}

export interface AppDatabaseOptions {
  readonly replication: Replication;
  /** Opens a pool for the app's database on a server. */
  readonly open: (serverUrl: string) => Database;
  readonly logger: Logger;
  /** Hears where each read is sent. */
  readonly onRead?: (kind: ReadPlace['kind']) => void;
}

/** Opens nothing yet: a server's pool is made when it is first used. */
export function createAppDatabase(options: AppDatabaseOptions): AppDatabase {
  const { replication } = options;
  const pools = createServerPools(options);
  const primary = primaryDatabase(options, pools.of);
  const commits = createCommitTracker(primary.queries, replication);
  primary.onCommit(() => {
    if (replication.replicated) commits.note();
  });
  return {
    primary: primary.database,
    async reader(minLsn) {
      const required = replication.replicated ? laterLsn(minLsn, await commits.required()) : minLsn;
      const place = await choosePlace(replication, required);
      const onRead = options.onRead ?? ignoreRead;
      const repeat = { replication, poolOf: pools.of, required, onRead };
      return { kind: place.kind, name: place.server.name, database: readingDatabase(place, repeat) };
    },
    committed: () => commits.position(),
    get replicated() {
      return replication.replicated;
    },
    close: () => pools.close(),
  };
}

function readingDatabase(place: ReadPlace, options: RepeatOptions): Database {
  const read = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    try {
      return await readRepeating(place, work, options);
    } catch (error) {
      throw publicError(error);
    }
  };
  return {
    query: (statement, queryOptions) => read((database) => database.query(statement, queryOptions)),
    transaction: (work, transactionOptions) =>
      read((database) => database.transaction(work, transactionOptions)),
    close: () => Promise.resolve(),
  };
}

type PoolOf = (server: PostgresServer) => Database;

function primaryDatabase({ replication, logger }: AppDatabaseOptions, poolOf: PoolOf) {
  let onCommit = ignoreCommit;

  async function use<T>(work: (database: Database, server: PostgresServer) => Promise<T>): Promise<T> {
    const server = await replication.primary();
    try {
      return await work(poolOf(server), server);
    } catch (error) {
      if (isConnectionError(error) || isNotPrimary(error)) {
        replication.failed(server, error);
        logger.warn({ err: error, server: server.name }, 'the primary did not take a request');
      }
      throw publicError(error);
    }
  }

  /** Whoever waited for a connection while a replica was promoted has one to the wrong server. */
  function requirePrimary(server: PostgresServer): void {
    if (replication.isPrimary(server)) return;
    throw new RocketError('SHARD_UNAVAILABLE', 'The database of this app has changed its primary');
  }

  const query: Database['query'] = (statement, queryOptions) =>
    use((database) => database.query(statement, queryOptions));
  const database: Database = {
    async query(statement, queryOptions) {
      const rows = await query(statement, queryOptions);
      if (mayWrite(statement)) onCommit();
      return rows;
    },
    async transaction(work, transactionOptions) {
      const result = await use((pool, server) =>
        pool.transaction(async (transaction) => {
          requirePrimary(server);
          const done = await work(transaction);
          requirePrimary(server);
          return done;
        }, transactionOptions),
      );
      onCommit();
      return result;
    },
    close: () => Promise.resolve(),
  };
  return {
    database,
    queries: { query },
    onCommit(listener: () => void) {
      onCommit = listener;
    },
  };
}

/** One pool for each server, until the server is removed from the shard. */
function createServerPools({ replication, open, logger }: AppDatabaseOptions) {
  const pools = new Map<string, Database>();
  let closed = false;
  const unfollow = replication.onChange(() => {
    const listed = new Set(replication.servers.map(({ url }) => url));
    for (const [url, pool] of pools) {
      if (listed.has(url)) continue;
      pools.delete(url);
      pool.close().catch((error: unknown) => {
        logger.warn({ err: error }, 'the pool of a removed server did not close in order');
      });
    }
  });
  return {
    of({ url }: PostgresServer): Database {
      if (closed) throw new RocketError('NOT_READY', 'The database is being closed');
      const known = pools.get(url);
      if (known !== undefined) return known;
      const pool = open(url);
      pools.set(url, pool);
      return pool;
    },
    async close() {
      closed = true;
      unfollow();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

const READS = /^\s*SELECT\b/i;

/** A statement of its own that is not plainly a read counts as a commit; to count too many costs one question. */
function mayWrite({ text }: Statement): boolean {
  return !READS.test(text);
}

/** `read_only_sql_transaction`: what a server in recovery says to a write. */
const READ_ONLY = '25006';

function isNotPrimary(error: unknown): boolean {
  return isPostgresError(error) && error.code === READ_ONLY;
}

function publicError(error: unknown): unknown {
  if (!isConnectionError(error) && !isNotPrimary(error)) return error;
  return new RocketError('SHARD_UNAVAILABLE', 'The database of this app does not answer', { cause: error });
}

function ignoreRead(): void {
  // Nobody counts the reads of this app.
}

function ignoreCommit(): void {
  // The tracker listens as soon as the app's database is put together.
}
