/** Creates, drops and checks databases, on a server given by the URL of any of its databases. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import pg from 'pg';
import { cleaningUp } from '../lifecycle/clean-up.ts';
import { isPostgresError, POSTGRES_CODES } from './errors.ts';
import { quoteIdentifier } from './identifiers.ts';
import type { Statement } from './queryable.ts';
import { runStatement } from './wire/run-statement.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_DROPS = 20;
const DROP_AGAIN_MS = 50;
/** The oldest major version that the product's SQL is run on. */
export const OLDEST_POSTGRES = 15;
/** Every server has it, unless somebody has removed it. */
export const MAINTENANCE_DATABASE = 'postgres';
/** `server_version_num` is 150004 for 15.4. */
const VERSION_FACTOR = 10_000;

/** URL of another database on the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.toString();
}

/**
 * Returns the URL unchanged when it names a database, else with `fallback`: clients would use the user's name instead.
 */
export function withDatabase(url: string, fallback: string): string {
  const parsed = new URL(url);
  const path = parsed.pathname.replace(/\/+$/, '');
  if (path !== '' && path === parsed.pathname) return url;
  parsed.pathname = path === '' ? `/${fallback}` : path;
  return parsed.toString();
}

/**
 * Connects to the database of the URL and asks for the server's version.
 * @throws RocketError `BAD_REQUEST` when it is older than {@link OLDEST_POSTGRES}; the error of connecting
 */
export async function checkServerVersion(url: string): Promise<void> {
  const [row] = await withConnection(url, (client) => runStatement(client, selectVersion()));
  const number = Number(row?.[0]);
  if (number >= OLDEST_POSTGRES * VERSION_FACTOR) return;
  const version = `${Math.floor(number / VERSION_FACTOR)}.${number % VERSION_FACTOR}`;
  throw new RocketError(
    'BAD_REQUEST',
    `The server at ${new URL(url).host} is PostgreSQL ${version}; ${OLDEST_POSTGRES} or later is needed`,
  );
}

/**
 * Refuses a server that is known to be too old. A server that does not answer now may do so later, and whoever uses it
 * checks it again.
 * @throws RocketError `BAD_REQUEST`
 */
export async function refuseOldServer(url: string): Promise<void> {
  try {
    await checkServerVersion(url);
  } catch (error) {
    if (error instanceof RocketError) throw error;
  }
}

/** True when the database was created, false when it existed. */
export async function createDatabaseIfMissing(serverUrl: string, name: string): Promise<boolean> {
  return await withConnection(serverUrl, async (client) => {
    const found = await runStatement(client, selectDatabase(name));
    if (found.length > 0) return false;
    try {
      const [[version] = []] = await runStatement(client, selectVersion());
      await runStatement(client, createDatabaseStatement(name, Number(version)));
      return true;
    } catch (error) {
      if (isCreationRace(error)) return false;
      throw error;
    }
  });
}

export async function databaseExists(serverUrl: string, name: string): Promise<boolean> {
  return await withConnection(
    serverUrl,
    async (client) => (await runStatement(client, selectDatabase(name))).length > 0,
  );
}

/** Ends the connections to a database and drops it, with the slots by which others follow it. Idempotent. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await withConnection(serverUrl, async (client) => {
    for (let attempt = 1; ; attempt += 1) {
      await runStatement(client, endFollowers(name));
      try {
        await runStatement(client, dropDatabaseStatement(name));
        return;
      } catch (error) {
        // Who followed needs a moment to end, and may come back in the meantime.
        const isInUse = isPostgresError(error) && error.code === POSTGRES_CODES.objectInUse;
        if (!isInUse || attempt === MAX_DROPS) throw error;
        await sleep(DROP_AGAIN_MS);
      }
    }
  });
}

function selectVersion(): Statement {
  return { text: "SELECT current_setting('server_version_num')", values: [] };
}

function selectDatabase(name: string): Statement {
  return { text: 'SELECT 1 FROM pg_database WHERE datname = $1', values: [name] };
}

/** The first version that has a locale provider of its own. */
const BUILTIN_LOCALES_VERSION = 170_000;

/**
 * Texts sort by code point on every server (docs/adr/0011-texts-sort-by-code-point.md). Before version 17 the server's
 * own locale still decides what letters are and how case is converted. Uses template0, to which nobody can connect: a
 * connection to the template makes CREATE DATABASE fail.
 */
function createDatabaseStatement(name: string, version: number): Statement {
  const locale =
    version >= BUILTIN_LOCALES_VERSION
      ? `LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`
      : `LOCALE_PROVIDER libc LC_COLLATE 'C'`;
  return {
    text: `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8' ${locale}`,
    values: [],
  };
}

/** Slots that nobody reads from go with their database. */
function endFollowers(name: string): Statement {
  return {
    text: 'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = $1 AND active',
    values: [name],
  };
}

function dropDatabaseStatement(name: string): Statement {
  return { text: `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`, values: [] };
}

/** When two processes create the database at once, the second gets one of two errors, depending on the timing. */
function isCreationRace(error: unknown): boolean {
  return (
    isPostgresError(error) &&
    (error.code === POSTGRES_CODES.duplicateDatabase || error.code === POSTGRES_CODES.uniqueViolation)
  );
}

async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'rocket-server',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // The statement in progress rejects by itself, but without a listener the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return await cleaningUp(
    () => work(client),
    () => client.end(),
  );
}
