/** One loader a relation, made anew for each request; each batch is one named statement. */
import DataLoader from 'dataloader';
import type pg from 'pg';

export interface CustomerRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly city: string;
}

export interface OrderRow {
  readonly id: string;
  readonly customer_id: string;
  readonly status: string;
  readonly total: string;
  readonly placed_at: Date;
}

export interface ItemRow {
  readonly id: string;
  readonly order_id: string;
  readonly product_id: string;
  readonly quantity: number;
  readonly price: string;
}

export interface ProductRow {
  readonly id: string;
  readonly name: string;
}

export interface Loaders {
  readonly customer: DataLoader<string, CustomerRow | undefined>;
  readonly ordersOfCustomer: DataLoader<string, readonly OrderRow[]>;
  readonly itemsOfOrder: DataLoader<string, readonly ItemRow[]>;
  readonly product: DataLoader<string, ProductRow | undefined>;
}

export const ORDER_COLUMNS = 'id, customer_id, status, total, placed_at';
export const CUSTOMER_COLUMNS = 'id, name, email, city';

const CUSTOMERS_BY_ID = `SELECT ${CUSTOMER_COLUMNS} FROM customers WHERE id = ANY ($1::uuid[])`;
const ORDERS_BY_CUSTOMER = `SELECT ${ORDER_COLUMNS} FROM orders WHERE customer_id = ANY ($1::uuid[]) ORDER BY id`;
const ITEMS_BY_ORDER =
  'SELECT id, order_id, product_id, quantity, price FROM items WHERE order_id = ANY ($1::uuid[]) ORDER BY id';
const PRODUCTS_BY_ID = 'SELECT id, name FROM products WHERE id = ANY ($1::uuid[])';

export function createLoaders(pool: pg.Pool): Loaders {
  return {
    customer: oneByKey<CustomerRow>(pool, 'customers-by-id', CUSTOMERS_BY_ID),
    ordersOfCustomer: manyByKey<OrderRow>(
      pool,
      { name: 'orders-by-customer', text: ORDERS_BY_CUSTOMER },
      (row) => row.customer_id,
    ),
    itemsOfOrder: manyByKey<ItemRow>(
      pool,
      { name: 'items-by-order', text: ITEMS_BY_ORDER },
      (row) => row.order_id,
    ),
    product: oneByKey<ProductRow>(pool, 'products-by-id', PRODUCTS_BY_ID),
  };
}

function oneByKey<Row extends { readonly id: string }>(
  pool: pg.Pool,
  name: string,
  text: string,
): DataLoader<string, Row | undefined> {
  return new DataLoader(async (ids) => {
    const { rows } = await pool.query<Row>({ name, text, values: [ids] });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id));
  });
}

function manyByKey<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: { readonly name: string; readonly text: string },
  keyOf: (row: Row) => string,
): DataLoader<string, readonly Row[]> {
  return new DataLoader(async (keys) => {
    const { rows } = await pool.query<Row>({ ...statement, values: [keys] });
    const byKey = Map.groupBy(rows, keyOf);
    return keys.map((key) => byKey.get(key) ?? []);
  });
}
