/**
 * The limit: what is left when there is no GraphQL. Node's HTTP server and, for each scenario, one prepared statement
 * whose rows are shaped by a function written for it. It can answer nothing else. Usage: DATABASE_URL=... PORT=... node
 * limit.ts, then POST the variables to /nested-1 and so on
 */
import pg from 'pg';
import { z } from 'zod';
import {
  CUSTOMER_BY_ID,
  CUSTOMER_WITH_ORDERS,
  CUSTOMERS_OF_CITY,
  type LimitStatement,
  ORDERS_BY_STATUS,
} from './limit-statements.ts';
import { peerSettings } from './peer-settings.ts';
import { serveJson } from './serve-json.ts';

type ItemRow = readonly [quantity: number, price: string, product: string];
type OrderRow = readonly [id: string, total: string, placedAt: string, items: readonly ItemRow[]];
type CustomerRow = readonly [id: string, name: string, orders: readonly OrderRow[]];
type PlainCustomerRow = readonly [id: string, name: string, email: string, city: string];
type PlainOrderRow = readonly [id: string, status: string, total: string, placedAt: string];
type Answer = (variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

const { databaseUrl, port, poolSize } = peerSettings();
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
const Variables = z.object({ variables: z.record(z.string(), z.unknown()) });

const ANSWERS: Readonly<Record<string, Answer>> = {
  '/nested-1': async (variables) => {
    const [row] = await run<CustomerRow>('nested-1', CUSTOMER_WITH_ORDERS, variables);
    return { customer: row === undefined ? null : shapeCustomer(row) };
  },
  '/nested-20': async (variables) => ({
    customers: (await run<CustomerRow>('nested-20', CUSTOMERS_OF_CITY, variables)).map(shapeCustomer),
  }),
  '/by-id': async (variables) => {
    const [row] = await run<PlainCustomerRow>('by-id', CUSTOMER_BY_ID, variables);
    return { customer: row === undefined ? null : shapePlainCustomer(row) };
  },
  '/orders': async (variables) => {
    const [rows = []] = await run<readonly PlainOrderRow[]>('orders', ORDERS_BY_STATUS, variables);
    return { orders: rows.map(shapePlainOrder) };
  },
};

/** `Row` says what the statement returns; there is no check at run time, as there is none in such code. */
async function run<Row>(
  name: string,
  statement: LimitStatement,
  variables: Readonly<Record<string, unknown>>,
): Promise<readonly Row[]> {
  const { text } = statement;
  const values = [...statement.values(variables)];
  const { rows } = await pool.query<[Row]>({ name, text, values, rowMode: 'array' });
  return rows.map(([row]) => row);
}

function shapeCustomer([id, name, orders]: CustomerRow) {
  return { id, name, orders: orders.map(shapeOrder) };
}

function shapeOrder([id, total, placedAt, items]: OrderRow) {
  return { id, total, placedAt, items: items.map(shapeItem) };
}

function shapeItem([quantity, price, product]: ItemRow) {
  return { quantity, price, product: { name: product } };
}

function shapePlainCustomer([id, name, email, city]: PlainCustomerRow) {
  return { id, name, email, city };
}

function shapePlainOrder([id, status, total, placedAt]: PlainOrderRow) {
  return { id, status, total, placedAt };
}

serveJson(
  port,
  Object.fromEntries(
    Object.entries(ANSWERS).map(([path, answer]) => [
      path,
      (body: unknown) => answer(Variables.parse(body).variables),
    ]),
  ),
);
