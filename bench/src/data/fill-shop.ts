/**
 * Rows of the shop, made by the server itself from their number alone, so that every run and every machine has the
 * same. Keys are hashes: rows that belong together are as scattered over the tables as they are in a shop that has
 * grown.
 */
import { createHash } from 'node:crypto';
import type { Statement } from '@rocket/platform';

export const CUSTOMERS = 10_000;
export const CITIES = 500;
export const STATUSES = ['pending', 'paid', 'shipped', 'delivered', 'cancelled'] as const;
const ORDERS_PER_CUSTOMER = 20;
const ITEMS_PER_ORDER = 5;
const ORDERS = CUSTOMERS * ORDERS_PER_CUSTOMER;
const ITEMS = ORDERS * ITEMS_PER_ORDER;
const PRODUCTS = 2_000;
/** Primes: they spread consecutive numbers evenly. */
const CUSTOMER_STRIDE = 7_919;
const PRODUCT_STRIDE = 104_729;
/** Keeps orders whose numbers are a multiple of thousands apart from having the same products. */
const PRODUCT_SHIFT = 733;

const FIRST_NAMES = ['Ada', 'Boris', 'Chen', 'Dalia', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas'];
const LAST_NAMES = ['Almeida', 'Berg', 'Castillo', 'Dubois', 'Eriksen', 'Fischer', 'Gruber', 'Haddad', 'Ito'];
const CITY_STARTS = ['North', 'South', 'East', 'West', 'New', 'Old', 'Upper', 'Lower', 'Great', 'Little'];
const CITY_ENDS = ['ford', 'haven', 'bridge', 'mouth', 'field', 'burg', 'wick', 'stead', 'port', 'dale'];
const MATERIALS = ['Oak', 'Steel', 'Linen', 'Leather', 'Glass', 'Bamboo', 'Wool', 'Copper'];
const THINGS = ['Desk Lamp', 'Office Chair', 'Notebook Sleeve', 'Water Bottle', 'Travel Mug', 'Pen Holder'];

/** Key of the n-th customer, from 1. */
export function customerId(number: number): string {
  const hash = createHash('md5').update(`customer${number}`).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The n-th city, from 0: each has the same number of customers. */
export function cityName(number: number): string {
  const start = CITY_STARTS[number % CITY_STARTS.length];
  const end = CITY_ENDS[Math.floor(number / CITY_STARTS.length) % CITY_ENDS.length];
  return `${start}${end} ${Math.floor(number / (CITY_STARTS.length * CITY_ENDS.length)) + 1}`;
}

/** In the order they must run: items before orders, whose total is the sum of their items. */
export function fillShop(): readonly Statement[] {
  return [insertProducts(), insertCustomers(), insertItems(), insertOrders()];
}

/** Relations for peers that find them in the database. */
export function addForeignKeys(): readonly Statement[] {
  const keys = [
    ['orders', 'customer_id', 'customers'],
    ['items', 'order_id', 'orders'],
    ['items', 'product_id', 'products'],
  ] as const;
  return keys.map(([table, column, target]) => ({
    text: `ALTER TABLE ${table} ADD CONSTRAINT bench_${table}_${column} FOREIGN KEY (${column}) REFERENCES ${target} (id)`,
    values: [],
  }));
}

export function vacuum(): Statement {
  return { text: 'VACUUM ANALYZE customers, orders, items, products', values: [] };
}

/** Whether the shop is filled; a fill is one transaction. */
export function selectFilled(): Statement {
  return {
    text: `SELECT (SELECT count(*) FROM items) = $1 AND (SELECT count(*) FROM customers) = $2 AS filled`,
    values: [ITEMS, CUSTOMERS],
  };
}

function insertProducts(): Statement {
  return {
    text: `INSERT INTO products (id, name, sku, price)
      SELECT md5('product' || n)::uuid,
        ($2::text[])[1 + n % cardinality($2)] || ' ' || ($3::text[])[1 + n / 8 % cardinality($3)] || ' No. ' || n,
        'SKU-' || lpad(n::text, 5, '0'), 4.95 + n * 7 % 300
      FROM generate_series(1, $1::int) AS n`,
    values: [PRODUCTS, MATERIALS, THINGS],
  };
}

function insertCustomers(): Statement {
  const cities = Array.from({ length: CITIES }, (_, number) => cityName(number));
  return {
    text: `INSERT INTO customers (id, name, email, city, registered_at)
      SELECT md5('customer' || n)::uuid,
        ($2::text[])[1 + n % cardinality($2)] || ' ' || ($3::text[])[1 + n / 7 % cardinality($3)],
        'customer' || n || '@example.com', ($4::text[])[1 + n % cardinality($4)],
        timestamptz '2023-01-01 08:00:00Z' + n * interval '37 minutes'
      FROM generate_series(1, $1::int) AS n`,
    values: [CUSTOMERS, FIRST_NAMES, LAST_NAMES, cities],
  };
}

function insertItems(): Statement {
  return {
    text: `INSERT INTO items (id, order_id, product_id, quantity, price)
      SELECT md5('item' || n)::uuid, md5('order' || (n - 1) / $2::int + 1)::uuid, p.id, 1 + n / 3 % 5, p.price
      FROM generate_series(1, $1::int) AS n
      JOIN products p ON p.sku = 'SKU-' || lpad(((n::bigint * $4::int + n / $3::int * $5::int) % $3::int + 1)::text, 5, '0')
      ORDER BY n`,
    values: [ITEMS, ITEMS_PER_ORDER, PRODUCTS, PRODUCT_STRIDE, PRODUCT_SHIFT],
  };
}

/** In the order of their time, as a shop gets them: one customer's orders are far apart. */
function insertOrders(): Statement {
  return {
    text: `INSERT INTO orders (id, customer_id, status, total, placed_at)
      SELECT md5('order' || n)::uuid, md5('customer' || (n::bigint * $3::int % $2::int + 1))::uuid,
        ($4::text[])[1 + n * 7 / 3 % cardinality($4)], sums.total,
        timestamptz '2024-01-01 00:00:00Z' + n * interval '3 minutes'
      FROM generate_series(1, $1::int) AS n
      JOIN (SELECT order_id, sum(quantity * price) AS total FROM items GROUP BY order_id) AS sums
        ON sums.order_id = md5('order' || n)::uuid
      ORDER BY n`,
    values: [ORDERS, CUSTOMERS, CUSTOMER_STRIDE, STATUSES],
  };
}
