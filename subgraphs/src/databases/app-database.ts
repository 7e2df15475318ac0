/**
 * The database of one app on the servers of its shard: writes go to the primary, reads to any server that has what the
 * reader must see.
 */
import { cleaningUp, type Database, type Logger, type Replication } from '@rocket/platform';
import { type Lsn, laterLsn } from '@rocket/schema';
import { createCommitTracker } from './commit-tracker.ts';
import { createPrimaryDatabase, notingCommits } from './primary-database.ts';
import { choosePlace, type ReadPlace, type RepeatOptions, readRepeating } from './repeat-read.ts';
import { createServerPools } from './server-pools.ts';
import { unavailable } from './unavailable.ts';

export interface Reader {
  /**
   * For reads only. Repeats a read elsewhere when its server fails. Closing it does nothing: the app keeps its pools.
   */
  readonly database: Database;
  /** Kind of server that the first attempt goes to. */
  readonly kind: ReadPlace['kind'];
  /** `host:port` of that server. */
  readonly name: string;
}

export interface AppDatabase {
  /**
   * For writes, and for reads that must see the newest state. Follows the primary when a replica is promoted. Fails
   * with `SHARD_UNAVAILABLE` while there is none.
   */
  readonly primary: Database;
  /**
   * A database that has all that was committed up to `minLsn`, and everything that this process has committed itself.
   * @throws RocketError `SHARD_UNAVAILABLE` when no server can promise that
   */
  reader(minLsn: Lsn | null): Promise<Reader>;
  /** Position of the log past everything that was committed before this call. */
  committed(): Promise<Lsn>;
  /** True when there are replicas, so that readers may have to state which position they must see. */
  readonly replicated: boolean;
  close(): Promise<void>;
}

export interface AppDatabaseOptions {
  readonly replication: Replication;
  /** Opens a pool for the app's database on a server. */
  readonly open: (serverUrl: string) => Database;
  readonly logger: Logger;
  /** Called with the kind of server that each read is sent to. */
  readonly onRead?: (kind: ReadPlace['kind']) => void;
  /** No reader is shown less than what was there at this position; null for an app that was never moved. */
  readonly since?: Lsn | null;
  /** What has to be done while the database can still be used. */
  readonly beforeClose?: () => Promise<void>;
}

/** Opens no connection yet: a server's pool is made when it is first used. */
export function createAppDatabase(options: AppDatabaseOptions): AppDatabase {
  const { replication, since = null } = options;
  const pools = createServerPools(options);
  const primary = createPrimaryDatabase({ ...options, poolOf: pools.of });
  const commits = createCommitTracker(primary, replication);
  return {
    primary: notingCommits(primary, () => {
      if (replication.replicated) commits.note();
    }),
    async reader(minLsn) {
      const required = replication.replicated
        ? laterLsn(laterLsn(minLsn, since), await commits.required())
        : minLsn;
      const place = await choosePlace(replication, required);
      const onRead = options.onRead ?? ignoreRead;
      const repeat = { replication, poolOf: pools.of, required, onRead };
      return { kind: place.kind, name: place.server.name, database: readingDatabase(place, repeat) };
    },
    committed: () => commits.position(),
    get replicated() {
      return replication.replicated;
    },
    close: () =>
      cleaningUp(
        async () => options.beforeClose?.(),
        () => pools.close(),
      ),
  };
}

function readingDatabase(place: ReadPlace, options: RepeatOptions): Database {
  const read = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    try {
      return await readRepeating(place, work, options);
    } catch (error) {
      throw unavailable(error) ?? error;
    }
  };
  return {
    query: (statement, queryOptions) => read((database) => database.query(statement, queryOptions)),
    transaction: (work, transactionOptions) =>
      read((database) => database.transaction(work, transactionOptions)),
    close: () => Promise.resolve(),
  };
}

function ignoreRead(): void {
  // The reads of this app are not counted.
}
