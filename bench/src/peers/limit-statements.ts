/** One statement a scenario, as a careful hand writes it: all levels at once, as JSON arrays by position. */

/** Returns rows of one JSON column. */
export interface LimitStatement {
  readonly text: string;
  readonly values: (variables: Readonly<Record<string, unknown>>) => readonly unknown[];
}

const CUSTOMER_TREE = `json_build_array(c.id, c.name, (
  SELECT coalesce(json_agg(json_build_array(o.id, o.total::text, o.placed_at, (
    SELECT coalesce(json_agg(json_build_array(i.quantity, i.price::text, p.name) ORDER BY i.id), '[]')
    FROM items i JOIN products p ON p.id = i.product_id WHERE i.order_id = o.id
  )) ORDER BY o.id), '[]') FROM orders o WHERE o.customer_id = c.id))`;

export const CUSTOMER_WITH_ORDERS: LimitStatement = {
  text: `SELECT ${CUSTOMER_TREE} FROM customers c WHERE c.id = $1`,
  values: ({ id }) => [id],
};

export const CUSTOMERS_OF_CITY: LimitStatement = {
  text: `SELECT ${CUSTOMER_TREE} FROM customers c WHERE c.city = $1 ORDER BY c.id LIMIT 50`,
  values: ({ city }) => [city],
};

export const CUSTOMER_BY_ID: LimitStatement = {
  text: 'SELECT json_build_array(id, name, email, city) FROM customers WHERE id = $1',
  values: ({ id }) => [id],
};

export const ORDERS_BY_STATUS: LimitStatement = {
  text: `SELECT coalesce(json_agg(json_build_array(o.id, o.status, o.total::text, o.placed_at)), '[]') FROM (
    SELECT id, status, total, placed_at FROM orders WHERE status = $1 ORDER BY placed_at DESC, id DESC LIMIT $2::int
  ) AS o`,
  values: ({ status, limit }) => [String(status).toLowerCase(), limit],
};
