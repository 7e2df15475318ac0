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

/** @param primaryUrl of a shard's server that takes writes now */
export async function openSides(
  move: Pick<MoveRecord, 'source' | 'target'>,
  primaryUrl: (shard: ShardName) => Promise<string>,
  logger: Logger,
): Promise<MoveSides> {
  const [source, target] = await Promise.all(
    [move.source, move.target].map(async (place) => side(place, await primaryUrl(place.shard), logger)),
  );
  if (source === undefined || target === undefined) throw new TypeError('A move has two sides');
  return {
    source,
    target,
    close: async () => {
      const all = [source, target].flatMap(({ database, server }) => [database, server]);
      await Promise.all(all.map((one) => one.close()));
    },
  };
}

function side({ shard, database }: MovePlace, serverUrl: string, logger: Logger): MoveSide {
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

/** Settings of its sessions, which a connection pooler would not pass on: moves need the servers themselves. */
function withOptions(url: string, setting: string | null): string {
  if (setting === null) return url;
  const parsed = new URL(url);
  parsed.searchParams.set('options', `-c ${setting}`);
  return parsed.toString();
}
