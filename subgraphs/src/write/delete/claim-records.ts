/**
 * Makes sure that nobody is about to refer to records that are to be deleted. `FOR UPDATE` does not suffice: Postgres can
 * grant `FOR KEY SHARE` beside it to a transaction that came upon the lock of a third one, which ended meanwhile, since it
 * then looks only whether the row was changed and not whether it was locked again (`heap_lock_tuple`, Postgres 18). So the
 * row is changed, after which nobody gets in, and says by its `xmax` whether somebody is in already.
 */
import { quoteIdentifier, type Statement, type Transaction } from '@rocket/platform';
import { type EntityModel, VERSION_COLUMN } from '@rocket/schema';
import { Parameters, sqlType } from '../../sql/parameters.ts';
import { keyColumn, table } from '../record-sql.ts';

/** Ends the transaction as one that has collided with another; it is begun again. */
const COLLIDE: Statement = {
  text: `DO $$ BEGIN RAISE EXCEPTION 'a record to be deleted is being referred to' USING ERRCODE = 'serialization_failure'; END $$`,
  values: [],
};

/**
 * @param keys of records that are locked `FOR UPDATE`; what refers to them afterwards is visible to the next statement
 * @throws PostgresError `40001` when another transaction has just locked one of them to refer to it
 */
export async function claimRecords(
  tx: Transaction,
  entity: EntityModel,
  keys: readonly string[],
): Promise<void> {
  if (entity.links.every(({ kind }) => kind === 'to_one')) return;
  const rows = await tx.query(claim(entity, keys));
  if (rows.some(([isShared]) => isShared === true)) await tx.query(COLLIDE);
}

/** Changes nothing that can be read. A row keeps the locks of others in its `xmax`; its own transaction's may be there too. */
function claim(entity: EntityModel, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  const version = quoteIdentifier(VERSION_COLUMN);
  const among = parameters.bind(keys, `${sqlType(entity.primaryKey)}[]`);
  return {
    text: `UPDATE ${table(entity)} SET ${version} = ${version} WHERE ${keyColumn(entity)} = ANY (${among})
           RETURNING xmax NOT IN ('0'::xid, pg_current_xact_id()::xid)`,
    values: parameters.values,
    prepare: true,
  };
}
