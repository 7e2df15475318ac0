/** The shop in a database: tables and indexes made by the product, rows by the server itself. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createDatabase,
  createLogger,
  type Database,
  databaseExists,
  databaseUrl,
  dropDatabase,
  MAINTENANCE_DATABASE,
} from '@rocket/platform';
import { addForeignKeys, fillShop, selectFilled, vacuum } from './fill-shop.ts';

/** The gateway's name for the database of the app `shop`, so that whoever creates it first does so for both. */
export const SHOP_DATABASE = 'rocket_shop';
/** The shop as it was filled, which no run changes: each works on a copy. */
const FILLED_DATABASE = 'bench_shop_filled';
/**
 * What the rows follow from, and the package that says which Postgres it is. Tables and indexes are fitted by every
 * run, as by any import.
 */
const SOURCES = ['shop.json', 'fill-shop.ts', '../../../platform/package.json'];
const HASH_CHARS = 12;

/** Equal for runs that can share one filled shop. */
export async function shopContentHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of SOURCES) hash.update(await readFile(join(import.meta.dirname, name)));
  return hash.digest('hex').slice(0, HASH_CHARS);
}

export async function hasFilledShop(serverUrl: string): Promise<boolean> {
  return await databaseExists(serverUrl, FILLED_DATABASE);
}

/** The database is the filled one from now on. Nobody may be connected to it. */
export async function keepFilledShop(serverUrl: string): Promise<void> {
  await atServer(serverUrl, `ALTER DATABASE ${SHOP_DATABASE} RENAME TO ${FILLED_DATABASE}`);
}

/** Recreates the shop's database from the filled one. */
export async function restoreShop(serverUrl: string): Promise<void> {
  await dropDatabase(serverUrl, SHOP_DATABASE);
  await atServer(
    serverUrl,
    `CREATE DATABASE ${SHOP_DATABASE} TEMPLATE ${FILLED_DATABASE} STRATEGY FILE_COPY`,
  );
}

/**
 * Lets the next installation take over the database. An app's database states its owner, and every side of the product
 * has its own catalog; a database without a revision was never served, and may be taken by an app of the same name.
 */
export async function handOverShop(serverUrl: string): Promise<void> {
  if (!(await databaseExists(serverUrl, SHOP_DATABASE))) return;
  await withDatabase(databaseUrl(serverUrl, SHOP_DATABASE), async (database) => {
    await database.query({ text: `DELETE FROM "_meta" WHERE key = 'revision'`, values: [] });
  });
}

/** Fills the tables that an activation has made. Does nothing where the rows are there already. */
export async function fillShopDatabase(serverUrl: string): Promise<void> {
  await withDatabase(databaseUrl(serverUrl, SHOP_DATABASE), async (database) => {
    const [row] = await database.query(selectFilled());
    if (row?.[0] === true) return;
    await database.transaction(async (transaction) => {
      for (const statement of [...fillShop(), ...addForeignKeys()]) await transaction.query(statement);
    });
    await database.query(vacuum());
  });
}

async function atServer(serverUrl: string, text: string): Promise<void> {
  await withDatabase(databaseUrl(serverUrl, MAINTENANCE_DATABASE), async (database) => {
    await database.query({ text, values: [] });
  });
}

async function withDatabase(url: string, use: (database: Database) => Promise<void>): Promise<void> {
  const logger = createLogger({ level: 'error', name: 'bench' });
  const database = createDatabase({ url, logger, max: 1 });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}
