/**
 * Branded identifiers. A plain string or number is not accepted where one of these is asked for: it has to
 * come through the parser here, so an unchecked name cannot reach SQL, a URL or a header.
 */
import { RocketError } from './errors.ts';
import { uuidText } from './values/uuid.ts';

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** Name of an app: `^[a-z][a-z0-9_]{0,47}$`. */
export type AppName = Brand<string, 'AppName'>;
/** Name of a shard: `^[a-z][a-z0-9-]{0,47}$` (hyphens, since it is also a host name in most deployments). */
export type ShardName = Brand<string, 'ShardName'>;
/** Name of a named graph: same form as an app's. */
export type GraphName = Brand<string, 'GraphName'>;
/**
 * Counts the placements of an app's name: 1 at the first, more with each move, and more again when the name of a
 * removed app is given to a new one. Requests of another epoch are refused.
 */
export type Epoch = Brand<number, 'Epoch'>;
/**
 * Names one stored document. Drawn from one sequence for the whole catalog, so it is never used twice: not by another
 * document of the app, and not by another app that gets the name of a removed one. What people are shown is its number.
 */
export type Revision = Brand<number, 'Revision'>;
/** Content hash that names one exact composition: members with their revisions, and the home app. */
export type GraphRevisionId = Brand<string, 'GraphRevisionId'>;
/**
 * Position in the write-ahead log of a shard's Postgres, as it prints it: `16/B374D848`. Void after a move or
 * promotion.
 */
export type Lsn = Brand<string, 'Lsn'>;

/** Identifies an app from its first import to its removal, a UUID: the name may be used again, the id never is. */
export type AppId = Brand<string, 'AppId'>;

const APP_NAME = /^[a-z][a-z0-9_]{0,47}$/;
const SHARD_NAME = /^[a-z][a-z0-9-]{0,47}$/;
const GRAPH_REVISION_ID = /^[0-9a-f]{32}$/;

/** True for a well-formed app name; use it to validate without an exception. */
export function isAppName(value: string): value is AppName {
  return APP_NAME.test(value);
}

/** @throws RocketError `BAD_REQUEST` that states the accepted form. */
export function appName(value: string): AppName {
  if (isAppName(value)) return value;
  throw new RocketError('BAD_REQUEST', `App name ${JSON.stringify(value)} must match ${APP_NAME.source}`);
}

/** Audience of the tokens of platform users. Tokens of app users have the app's name there. */
export const PLATFORM_AUDIENCE = 'platform';

const APP_DATABASE_PREFIX = 'rocket_';

/** Why no app may have the name. */
const RESERVED_APP_NAMES: Readonly<Record<string, string>> = {
  [PLATFORM_AUDIENCE]: 'tokens of platform users carry it',
  catalog: "its database would be the platform's own catalog",
};

/** @throws RocketError `BAD_REQUEST` for a name of the right form that no new app may have */
export function requireFreeName(app: AppName): void {
  const reason = Object.hasOwn(RESERVED_APP_NAMES, app) ? RESERVED_APP_NAMES[app] : undefined;
  if (reason === undefined) return;
  throw new RocketError('BAD_REQUEST', `No app can be called ${app}: ${reason}`);
}

/** Name of an app's database on the Postgres of its shard. */
export function appDatabaseName(app: AppName): string {
  return `${APP_DATABASE_PREFIX}${app}`;
}

/** @throws RocketError `BAD_REQUEST` unless a UUID in lower case. */
export function appId(value: string): AppId {
  if (uuidText(value) === value) return value as AppId;
  throw new RocketError('BAD_REQUEST', 'App id must be a UUID');
}

/** @throws RocketError `BAD_REQUEST` */
export function shardName(value: string): ShardName {
  if (SHARD_NAME.test(value)) return value as ShardName;
  throw new RocketError('BAD_REQUEST', `Shard name ${JSON.stringify(value)} must match ${SHARD_NAME.source}`);
}

/** @throws RocketError `BAD_REQUEST` */
export function graphName(value: string): GraphName {
  if (APP_NAME.test(value)) return value as GraphName;
  throw new RocketError('BAD_REQUEST', `Graph name ${JSON.stringify(value)} must match ${APP_NAME.source}`);
}

/** @throws RocketError `BAD_REQUEST` unless a positive integer. */
export function epoch(value: number): Epoch {
  if (Number.isSafeInteger(value) && value >= 1) return value as Epoch;
  throw new RocketError('BAD_REQUEST', `Epoch must be a positive integer, not ${value}`);
}

/** @throws RocketError `BAD_REQUEST` unless a positive integer. */
export function revision(value: number): Revision {
  if (Number.isSafeInteger(value) && value >= 1) return value as Revision;
  throw new RocketError('BAD_REQUEST', `Revision must be a positive integer, not ${value}`);
}

/** @throws RocketError `BAD_REQUEST` unless 32 hex digits. */
export function graphRevisionId(value: string): GraphRevisionId {
  if (GRAPH_REVISION_ID.test(value)) return value as GraphRevisionId;
  throw new RocketError('BAD_REQUEST', 'Graph revision must be 32 hex digits');
}

const LSN = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/;

/** @throws RocketError `BAD_REQUEST` unless a position as Postgres prints it: `16/B374D848`. */
export function lsn(value: string): Lsn {
  if (LSN.test(value)) return value as Lsn;
  throw new RocketError('BAD_REQUEST', `A log position looks like 16/B374D848, not ${JSON.stringify(value)}`);
}

/** Negative when `a` lies before `b`. As texts they would compare wrongly: their parts have no leading zeros. */
export function compareLsn(a: Lsn, b: Lsn): number {
  const [aHigh = 0, aLow = 0] = a.split('/').map((part) => Number.parseInt(part, 16));
  const [bHigh = 0, bLow = 0] = b.split('/').map((part) => Number.parseInt(part, 16));
  return aHigh - bHigh || aLow - bLow;
}

/** The later of two positions, where null and undefined stand for the beginning. */
export function laterLsn<None extends null | undefined>(a: Lsn | None, b: Lsn | None): Lsn | None {
  if (a == null || b == null) return a ?? b;
  return compareLsn(a, b) >= 0 ? a : b;
}
