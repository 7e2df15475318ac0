/** Repeats a read on another server when the first one fails: reading twice changes nothing. */
import {
  type Database,
  isConnectionError,
  isPostgresError,
  POSTGRES_CODES,
  type PostgresServer,
  type Replication,
} from '@rocket/platform';
import { type Lsn, RocketError } from '@rocket/schema';

export interface ReadPlace {
  readonly kind: 'primary' | 'replica';
  readonly server: PostgresServer;
}

export interface RepeatOptions {
  readonly replication: Replication;
  readonly poolOf: (server: PostgresServer) => Database;
  /** What the reader must see, wherever it reads. */
  readonly required: Lsn | null;
  /** Called for each attempt. */
  readonly onRead: (kind: ReadPlace['kind']) => void;
}

/** The server for the first attempt of a read. */
export async function choosePlace(replication: Replication, required: Lsn | null): Promise<ReadPlace> {
  const server = await replication.replica(required);
  return server === null
    ? { kind: 'primary', server: await replication.primary() }
    : { kind: 'replica', server };
}

export async function readRepeating<T>(
  first: ReadPlace,
  work: (database: Database) => Promise<T>,
  options: RepeatOptions,
): Promise<T> {
  let place = first;
  // Each server may fail once, and the last one gets a second attempt when it has become the primary.
  for (let left = options.replication.servers.length; ; left -= 1) {
    options.onRead(place.kind);
    try {
      return await work(options.poolOf(place.server));
    } catch (error) {
      if (isConnectionError(error)) options.replication.failed(place.server, error);
      const next = left > 0 ? await nextPlace(place, error, options) : null;
      if (next === null) throw error;
      place = next;
    }
  }
}

/** Null when another attempt would not help. */
async function nextPlace(
  failed: ReadPlace,
  error: unknown,
  { replication, required }: RepeatOptions,
): Promise<ReadPlace | null> {
  switch (failed.kind) {
    case 'replica':
      if (isConnectionError(error)) return await choosePlace(replication, required);
      return provesNothing(error) ? { kind: 'primary', server: await replication.primary() } : null;
    case 'primary': {
      if (!isConnectionError(error)) return null;
      const next = await choosePlace(replication, required);
      return next.server.url === failed.server.url ? null : next;
    }
    default:
      return failed.kind satisfies never;
  }
}

/**
 * True when the read may succeed elsewhere. A replica may lack the newest table, or cancel a read that blocks its
 * replay, and a closing pool belongs to a server that was just removed. A read that took too long would do so again.
 */
function provesNothing(error: unknown): boolean {
  if (error instanceof RocketError) return error.code === 'NOT_READY';
  return isPostgresError(error) && error.code !== POSTGRES_CODES.queryCanceled;
}
