/** What subscribers ask about the records of each table, and the form of what they are told. */
import type { AppKey } from '../support/checked/checked-apps.ts';
import type { Row } from '../support/checked/checked-state.ts';

export type FoldedTable = 'customer' | 'note' | 'label' | 'order' | 'item';
export type Operation = 'ADDED' | 'UPDATED' | 'REMOVED';

/** A change, or a row of a snapshot. */
export interface ToldChange {
  readonly operation: Operation;
  readonly id: string;
  /** With `version`, and under `customer` what another app or table says. */
  readonly node: Node | null;
  readonly previous: Row | null;
  readonly cursor: string;
  readonly at: string;
  readonly snapshot: boolean;
}

export type Node = Row & { readonly customer?: { readonly id: string } | null };

interface Asked {
  readonly app: AppKey;
  /** The fields that are compared with the database. */
  readonly fields: readonly string[];
  /** Of other records, and of the other app. */
  readonly related: string;
}

export const ASKED: Readonly<Record<FoldedTable, Asked>> = {
  customer: {
    app: 'crm',
    fields: ['id', 'code', 'owner', 'region', 'score', 'counter'],
    related: 'orders(limit: 5) { id code } notes(limit: 2) { id }',
  },
  note: { app: 'crm', fields: ['id', 'kind', 'counter', 'customerId'], related: 'customer { id code }' },
  label: { app: 'crm', fields: ['id', 'name', 'counter'], related: '' },
  order: {
    app: 'shop',
    fields: ['id', 'code', 'status', 'total', 'counter', 'customerId'],
    related: 'customer { id code region } items(limit: 3) { id }',
  },
  item: { app: 'shop', fields: ['id', 'sku', 'counter', 'orderId'], related: 'order { id code }' },
};

/** The subscription to a table; its arguments are variables. */
export function subscriptionTo(table: FoldedTable): string {
  const { fields, related } = ASKED[table];
  const own = `${fields.join(' ')} version`;
  const type = `${table.charAt(0).toUpperCase()}${table.slice(1)}`;
  return `subscription($id: ID, $where: ${type}Where, $operations: [ChangeOperation!], $after: String,
      $snapshot: Boolean!, $coalesce: Boolean!) {
    it: ${table}Changed(id: $id, where: $where, operations: $operations, after: $after, snapshot: $snapshot,
      coalesce: $coalesce) {
      operation id cursor at snapshot node { ${own} ${related} } previous { ${own} }
    }
  }`;
}
