/** The children that records have before a write. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { ChildLink, EntityModel, StoredRecord } from '@rocket/schema';
import { Parameters, sqlType } from '../../sql/parameters.ts';
import { columns, keyColumn, live, table, toRecord } from '../record-sql.ts';
import { refuse } from '../write-result.ts';
import { foreignKeyOf, type WriteTransaction } from '../write-state.ts';

const MAX_CURRENT_CHILDREN = 10_000;

/** By the key of their parent, then by their own. */
export type CurrentChildren = ReadonlyMap<string, ReadonlyMap<string, StoredRecord>>;

export interface WantedChildren {
  readonly child: EntityModel;
  readonly link: ChildLink;
  /** Keys of the parents whose children are all wanted. */
  readonly ofParents: readonly string[];
  /** Of these parents only the children of the keys below. */
  readonly alsoOf: readonly string[];
  readonly keys: readonly string[];
  /** For the error when they are too many. */
  readonly path: readonly string[];
}

/**
 * Locks them until the end of the transaction, so that what is decided about them stays true.
 * @throws WriteRefused when they are more than one write may change
 */
export async function lockCurrentChildren(
  { tx }: Pick<WriteTransaction, 'tx'>,
  wanted: WantedChildren,
): Promise<CurrentChildren> {
  const { child, link, path } = wanted;
  const found = new Map<string, Map<string, StoredRecord>>();
  if (wanted.ofParents.length === 0 && wanted.keys.length === 0) return found;
  const rows = await tx.query(lockStatement(wanted));
  if (rows.length > MAX_CURRENT_CHILDREN) {
    const message = `There are more than ${MAX_CURRENT_CHILDREN} ${child.name} records to compare with; change them in parts`;
    refuse({ code: 'VALIDATION_FAILED', message, path, rule: 'max_records' });
  }
  for (const row of rows) {
    const record = toRecord(child, row);
    const parent = String(record.values[link.targetField]);
    const siblings = found.get(parent) ?? new Map<string, StoredRecord>();
    found.set(parent, siblings.set(record.key, record));
  }
  return found;
}

/** In the order of their keys, so that two writes of the same children wait for each other and do not deadlock. */
function lockStatement({ child, link, ...wanted }: WantedChildren): Statement {
  const parameters = new Parameters();
  const foreignKey = foreignKeyOf(child, link);
  const column = quoteIdentifier(foreignKey.name);
  const parents = (keys: readonly string[]) =>
    `${column} = ANY (${parameters.bind(keys, `${sqlType(foreignKey)}[]`)})`;
  const keys = `${keyColumn(child)} = ANY (${parameters.bind(wanted.keys, `${sqlType(child.primaryKey)}[]`)})`;
  const where = `(${parents(wanted.ofParents)} OR (${keys} AND ${parents(wanted.alsoOf)}))${live(child)}`;
  const limit = parameters.bind(MAX_CURRENT_CHILDREN + 1, 'integer');
  return {
    text: `SELECT ${columns(child)} FROM ${table(child)} WHERE ${where} ORDER BY ${keyColumn(child)} LIMIT ${limit} FOR UPDATE`,
    values: parameters.values,
    prepare: true,
  };
}
