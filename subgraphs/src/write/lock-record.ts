import { type EntityModel, keyValue, type StoredRecord, type UserError } from '@rocket/schema';
import { lockRecord, type RowLock, toRecord } from './record-sql.ts';
import { notFound, refuse } from './write-result.ts';
import type { DeleteState, RestoreState, SaveState, WriteTarget } from './write-state.ts';

/**
 * Reads the record and locks it until the end of the transaction, so that decisions about it stay valid. A delete also
 * keeps others from referring to it.
 * @throws WriteRefused `NOT_FOUND`
 */
export async function lockTarget(
  state: SaveState | DeleteState | RestoreState,
  { id }: WriteTarget,
  rows: RowLock['rows'] = 'live',
): Promise<StoredRecord> {
  const { entity, tx, keyPath } = state;
  const key = keyValue(entity.primaryKey, id);
  const mode = state.action === 'delete' ? 'UPDATE' : 'NO KEY UPDATE';
  const [row] = key === null ? [] : await tx.query(lockRecord(entity, key, { rows, mode }));
  if (row === undefined) refuse(notFound(entity.name, id, keyPath));
  const record = toRecord(entity, row);
  state.current = record;
  return record;
}

/** @throws WriteRefused `VERSION_CONFLICT` */
export function expectVersion(entity: EntityModel, record: StoredRecord, target: WriteTarget): void {
  const { expectedVersion } = target;
  if (expectedVersion === undefined || expectedVersion === record.version) return;
  const error: UserError = {
    code: 'VERSION_CONFLICT',
    message: `This ${entity.name} is at version ${record.version}, not ${expectedVersion}`,
    path: ['expectedVersion'],
    rule: null,
  };
  refuse(error);
}
