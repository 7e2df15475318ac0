/** Takes back a soft deletion, of one record: what was deleted along with it stays deleted. */
import { DELETED_AT_COLUMN, RocketError } from '@rocket/schema';
import { lockTarget } from '../lock-record.ts';
import { permitAfter, permitBefore } from '../permission.ts';
import { restoreDeleted, toRecord } from '../record-sql.ts';
import { checkParents } from '../references/check-references.ts';
import { refuse } from '../write-result.ts';
import type { RestoreState } from '../write-state.ts';

/**
 * To who follows the changes it is an update, whose `previous` has the time of the deletion. Unique values need no look:
 * a deleted record keeps them.
 * @returns the record's key
 * @throws WriteRefused `NOT_FOUND`; `CONFLICT` for a record that is not deleted; `REFERENCE_NOT_FOUND` while a record that
 * it cannot be without is not there
 * @throws RocketError `FORBIDDEN`
 */
export async function restoreRecord(state: RestoreState, id: string): Promise<string> {
  const { tx, entity, changes, keyPath: path } = state;
  const before = await lockTarget(state, { id }, 'all');
  permitBefore(state, before);
  if ((before.values[DELETED_AT_COLUMN] ?? null) === null || !entity.softDelete) {
    refuse({ code: 'CONFLICT', message: `This ${entity.name} is not deleted`, path: ['id'], rule: null });
  }
  await checkParents(state, before);
  const [row] = await tx.query(restoreDeleted(entity, before.key));
  if (row === undefined) throw new RocketError('INTERNAL_ERROR', `${entity.name}: nothing was restored`);
  const after = toRecord(entity, row);
  permitAfter(state, after.values);
  changes.push({ entity, operation: 'update', before, after, path });
  return after.key;
}
