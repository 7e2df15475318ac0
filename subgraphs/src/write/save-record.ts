/** The SQL of a create or update. */
import { cleanUpAfter, type Statement, type Transaction } from '@rocket/platform';
import { RocketError, type StoredRecord } from '@rocket/schema';
import { intendedValues } from './intended-values.ts';
import { permitAfter } from './permission.ts';
import { insertRecord, toRecord, updateRecord } from './record-sql.ts';
import { generateSlug } from './slug/slug.ts';
import { uniqueViolation, violatedField } from './unique-violation.ts';
import { refuse } from './write-result.ts';
import { present, type SaveState } from './write-state.ts';

/**
 * Every attempt sees the slugs committed until then, so only many writes of equal titles at once can use up all
 * attempts.
 */
const MAX_SLUG_ATTEMPTS = 10;
const SAVEPOINT = 'save_record';

/**
 * An update that would change nothing leaves the record as it is, including its version and automatic times.
 * @throws WriteRefused `UNIQUE_VIOLATION`
 * @throws RocketError `FORBIDDEN` in its place for a caller who may not write such a record: only those who may write
 *   it learn whether another record, perhaps one that they may not see, has the value
 */
export async function saveRecord(state: SaveState): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      state.saved = await inSavepoint(state.tx, state.slugIsGenerated, () => store(state));
      break;
    } catch (error) {
      const field = violatedField(state, error);
      if (field === null) throw error;
      const isOwnSlug = state.slugIsGenerated && field.name === state.entity.slug?.field;
      if (!isOwnSlug || attempt === MAX_SLUG_ATTEMPTS) {
        permitAfter(state, intendedValues(state));
        refuse(uniqueViolation(state, field));
      }
    }
    // Another writer took the slug between the query and the insert, so try again.
    state.values.delete(state.entity.slug?.field ?? '');
    await generateSlug(state);
  }
  const { entity, current: before } = state;
  const after = present(state.saved);
  if (before === null) state.changes.push({ entity, operation: 'create', before, after });
  else if (after !== before) state.changes.push({ entity, operation: 'update', before, after });
}

/** The record as it is now; for an update that changes nothing, the same object as before. */
async function store({ tx, entity, values, current }: SaveState): Promise<StoredRecord> {
  const statement =
    current === null ? insertRecord(entity, values) : updateRecord(entity, current.key, values);
  const [row] = statement === null ? [] : await tx.query(statement);
  if (row !== undefined) return toRecord(entity, row);
  if (current !== null) return current;
  throw new RocketError('INTERNAL_ERROR', `${entity.name}: a new record was not written`);
}

/**
 * A failed statement ends a transaction unless it rolls back to a savepoint. That takes two more round trips, so it is
 * done only when needed.
 */
async function inSavepoint<T>(tx: Transaction, isNeeded: boolean, work: () => Promise<T>): Promise<T> {
  if (!isNeeded) return await work();
  await tx.query(plain(`SAVEPOINT ${SAVEPOINT}`));
  try {
    const result = await work();
    await tx.query(plain(`RELEASE SAVEPOINT ${SAVEPOINT}`));
    return result;
  } catch (error) {
    await cleanUpAfter(error, () => tx.query(plain(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`)));
    throw error;
  }
}

function plain(text: string): Statement {
  return { text, values: [] };
}
