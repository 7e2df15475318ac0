/** The shop in a database: tables and indexes made by the product, rows by the server itself. */
import { createDatabase, createLogger, databaseUrl } from '@rocket/platform';
import { addForeignKeys, fillShop, selectFilled, vacuum } from './fill-shop.ts';

/** As the gateway names the database of the app `shop`, so that whoever comes first makes it for both. */
export const SHOP_DATABASE = 'rocket_shop';

/** Fills the tables that an activation has made. Does nothing where the rows are there already. */
export async function fillShopDatabase(serverUrl: string): Promise<void> {
  const logger = createLogger({ level: 'error', name: 'bench' });
  const database = createDatabase({
    url: databaseUrl(serverUrl, SHOP_DATABASE),
    logger,
    max: 1,
  });
  try {
    const [row] = await database.query(selectFilled());
    if (row?.[0] === true) return;
    await database.transaction(async (transaction) => {
      for (const statement of [...fillShop(), ...addForeignKeys()]) await transaction.query(statement);
    });
    await database.query(vacuum());
  } finally {
    await database.close();
  }
}
