/** The two places of an app that moves, with the mover's own connections to them. */
import {
  createDatabase,
  type Database,
  databaseUrl,
  type Logger,
  MAINTENANCE_DATABASE,
  type MovePlace,
  type MoveRecord,
  serverName,
} from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import { PASSING_SESSION } from './barrier/fence-sql.ts';

const MAX_CONNECTIONS = 4;
const ACQUIRE_MS = 5_000;

export interface MoveSide {
  readonly shard: ShardName;
  readonly databaseName: string;
  /** Of its primary. */
  readonly serverUrl: string;
  /** `host:port`, for people. */
  readonly serverName: string;
  /** The app's database, where it may write behind a fence. Exists only when it was made. */
  readonly database: Database;
  /** Any database of the server, for what concerns all of it. */
  readonly server: Database;
}

export interface MoveSides {
  readonly source: MoveSide;
  readonly target: MoveSide;
  close(): Promise<void>;
}

export interface SideParts {
  /** Of a shard's server that takes writes now. @throws RocketError `NOT_FOUND` for a shard that is gone */
  readonly primaryUrl: (shard: ShardName) => Promise<string>;
  readonly logger: Logger;
}

/** Opens no connection yet. @throws RocketError `NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function openSides(
  move: Pick<MoveRecord, 'source' | 'target'>,
  parts: SideParts,
): Promise<MoveSides> {
  const [source, target] = await Promise.all([openSide(move.source, parts), openSide(move.target, parts)]);
  return {
    source,
    target,
    close: async () => {
      await Promise.all([closeSide(source), closeSide(target)]);
    },
  };
}

/** @throws RocketError `NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function openSide({ shard, database }: MovePlace, parts: SideParts): Promise<MoveSide> {
  const { primaryUrl, logger } = parts;
  const serverUrl = await primaryUrl(shard);
  const open = (name: string, options: string | null) =>
    createDatabase({
      url: withOptions(databaseUrl(serverUrl, name), options),
      ...{ logger, applicationName: 'rocket-mover', max: MAX_CONNECTIONS, acquireTimeoutMs: ACQUIRE_MS },
    });
  return {
    ...{ shard, databaseName: database, serverUrl, serverName: serverName(serverUrl) },
    database: open(database, PASSING_SESSION),
    server: open(MAINTENANCE_DATABASE, null),
  };
}

export async function closeSide({ database, server }: MoveSide): Promise<void> {
  await Promise.all([database.close(), server.close()]);
}

/** Settings of its sessions, which a connection pooler would not pass on: moves need the servers themselves. */
function withOptions(url: string, setting: string | null): string {
  if (setting === null) return url;
  const parsed = new URL(url);
  parsed.searchParams.set('options', `-c ${setting}`);
  return parsed.toString();
}
