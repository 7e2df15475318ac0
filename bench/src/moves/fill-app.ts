/** Rows of the app that is moved, made by the server itself from their number alone. */
import type { Database, Statement } from '@rocket/platform';
import { STATUSES } from './move-document.ts';

const ORDERS_PER_CUSTOMER = 4;
/** A prime: orders of one customer are far apart. */
const CUSTOMER_STRIDE = 7_919;

export interface Filled {
  readonly customers: number;
  readonly orders: number;
}

/** @param rows of both tables together */
export async function fillApp(database: Database, rows: number): Promise<Filled> {
  const customers = Math.round(rows / (ORDERS_PER_CUSTOMER + 1));
  const orders = customers * ORDERS_PER_CUSTOMER;
  const begin: Statement = { text: 'SET LOCAL statement_timeout = 0', values: [] };
  await database.transaction(async (tx) => {
    for (const statement of [begin, insertCustomers(customers), insertOrders(orders, customers)])
      await tx.query(statement);
  });
  await database.query({ text: 'VACUUM ANALYZE customers, orders', values: [] });
  return { customers, orders };
}

function insertCustomers(count: number): Statement {
  return {
    text: `INSERT INTO customers (id, name, email, city, street, phone, segment, credit, remark, registered_at)
      SELECT md5('customer' || n)::uuid, 'Customer No. ' || n, 'customer' || n || '@example.com', 'City ' || n % 500,
        n % 97 || ' Long Street, back yard', '+49 30 ' || 100000 + n, (ARRAY['retail', 'trade', 'public'])[1 + n % 3],
        n % 5000, 'Called on Tuesday; wants to be told of offers', timestamptz '2023-01-01Z' + n * interval '5 minutes'
      FROM generate_series(1, $1::int) AS n`,
    values: [count],
  };
}

function insertOrders(count: number, customers: number): Statement {
  return {
    text: `INSERT INTO orders
        (id, customer_id, number, status, total, currency, carrier, remark, item_count, placed_at)
      SELECT md5('order' || n)::uuid, md5('customer' || (n::bigint * $3::int % $2::int + 1))::uuid,
        'A-' || lpad(n::text, 9, '0'), ($4::text[])[1 + n * 7 / 3 % cardinality($4)], 4.95 + n % 700, 'EUR',
        'Carrier ' || n % 7, 'Leave it with the neighbours', 1 + n % 9, timestamptz '2024-01-01Z' + n * interval '1 minute'
      FROM generate_series(1, $1::int) AS n`,
    values: [count, customers, CUSTOMER_STRIDE, STATUSES],
  };
}
