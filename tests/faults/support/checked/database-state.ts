/** The state of an app as its database has it, read past the product. */
import type { PooledDatabase } from '@rocket/platform';
import type { AppKey, TableName } from './checked-apps.ts';
import { linkId, NO_ROWS, type Row, type State, withRows } from './checked-state.ts';

const SELECTS: Readonly<Record<AppKey, Partial<Record<TableName, string>>>> = {
  crm: {
    customer: 'SELECT id, code, owner, region, score, counter FROM customers',
    note: 'SELECT id, kind, counter, customer_id AS "customerId", deleted_at IS NOT NULL AS "isDeleted" FROM notes',
    label: 'SELECT id, name, counter FROM labels',
    link: 'SELECT customer_id AS "customerId", label_id AS "labelId" FROM customer_labels',
  },
  shop: {
    order: 'SELECT id, code, status, total, counter, customer_id AS "customerId" FROM orders',
    item: 'SELECT id, sku, counter, order_id AS "orderId" FROM items',
  },
};

export async function readState(app: AppKey, database: PooledDatabase): Promise<State> {
  let state = NO_ROWS;
  for (const [table, select] of Object.entries(SELECTS[app]) as [TableName, string][]) {
    const rows = await database.query({ text: `SELECT row_to_json(t)::text FROM (${select}) t`, values: [] });
    const parsed = rows.map(([text]) => JSON.parse(String(text)));
    state = withRows(state, table, table === 'link' ? parsed.map(withLinkId) : parsed);
  }
  return state;
}

function withLinkId(row: Record<'customerId' | 'labelId', string>): Row {
  return { id: linkId(row.customerId, row.labelId), ...row };
}

/** Whether a transaction of the product may still commit something. */
export async function isWriting(database: PooledDatabase): Promise<boolean> {
  const rows = await database.query({
    text: `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
      AND application_name LIKE 'rocket%' AND backend_xid IS NOT NULL LIMIT 1`,
    values: [],
  });
  return rows.length > 0;
}
