/** The shop in a database: tables and indexes made by the product, rows by the server itself. */
import { createDatabase, createLogger, type Database, databaseExists, databaseUrl } from '@rocket/platform';
import { addForeignKeys, fillShop, selectFilled, vacuum } from './fill-shop.ts';

/** As the gateway names the database of the app `shop`, so that whoever comes first makes it for both. */
export const SHOP_DATABASE = 'rocket_shop';

/**
 * Lets the next installation take the database over. An app's database says whose it is, and every side of the product has a
 * catalog of its own; one that has no revision was never served, and may be taken by an app of the name.
 */
export async function handOverShop(serverUrl: string): Promise<void> {
  if (!(await databaseExists(serverUrl, SHOP_DATABASE))) return;
  await withShop(serverUrl, async (database) => {
    await database.query({ text: `DELETE FROM "_meta" WHERE key = 'revision'`, values: [] });
  });
}

/** Fills the tables that an activation has made. Does nothing where the rows are there already. */
export async function fillShopDatabase(serverUrl: string): Promise<void> {
  await withShop(serverUrl, async (database) => {
    const [row] = await database.query(selectFilled());
    if (row?.[0] === true) return;
    await database.transaction(async (transaction) => {
      for (const statement of [...fillShop(), ...addForeignKeys()]) await transaction.query(statement);
    });
    await database.query(vacuum());
  });
}

async function withShop(serverUrl: string, use: (database: Database) => Promise<void>): Promise<void> {
  const logger = createLogger({ level: 'error', name: 'bench' });
  const url = databaseUrl(serverUrl, SHOP_DATABASE);
  const database = createDatabase({ url, logger, max: 1 });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}
