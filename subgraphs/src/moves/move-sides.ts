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
  /** Name of the mover's sessions. */
  readonly session: string;
}

/** Of one mover. Those of its predecessors begin alike. */
export function sessionOf({ id, term }: Pick<MoveRecord, 'id' | 'term'>): string {
  return `${sessionsOf(id)}${term}`;
}

function sessionsOf(id: string): string {
  return `rocket-mover-${id}-`;
}

/** What a mover that is gone has begun does not go on: it could hold what the next one has to lock. */
export async function endFormerSessions(
  { server, databaseName }: MoveSide,
  move: Pick<MoveRecord, 'id' | 'term'>,
): Promise<void> {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = $1 AND starts_with(application_name, $2) AND application_name <> $3`;
  await server.query({ text, values: [databaseName, sessionsOf(move.id), sessionOf(move)] });
}

/** Opens no connection yet. @throws RocketError `NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function openSides(
  move: Pick<MoveRecord, 'id' | 'term' | 'source' | 'target'>,
  parts: Omit<SideParts, 'session'>,
): Promise<MoveSides> {
  const of = { ...parts, session: sessionOf(move) };
  const [source, target] = await Promise.all([openSide(move.source, of), openSide(move.target, of)]);
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
  const { primaryUrl, logger, session } = parts;
  const serverUrl = await primaryUrl(shard);
  const open = (name: string, options: string | null) =>
    createDatabase({
      url: withOptions(databaseUrl(serverUrl, name), options),
      ...{ logger, applicationName: session, max: MAX_CONNECTIONS, acquireTimeoutMs: ACQUIRE_MS },
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
