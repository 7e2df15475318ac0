/** The SQL of creates and updates: records of one entity that have values for the same fields go together. */
import { cleanUpAfter, type Statement, type Transaction } from '@rocket/platform';
import { RocketError, type StoredRecord } from '@rocket/schema';
import { insertRecords, updateRecords } from './batch-sql.ts';
import { intendedValues } from './intended-values.ts';
import { permitAfter } from './permission.ts';
import { insertRecord, toRecord, updateRecord } from './record-sql.ts';
import { regenerateSlug } from './slug/slug.ts';
import { uniqueViolation, violatedField } from './unique-violation.ts';
import { refuse, refuseTogether } from './write-result.ts';
import { present, type SaveState } from './write-state.ts';

/** Every attempt sees the slugs that were committed until then. Of many writers at once, all but one clash each time. */
const NUMBERED_SLUG_ATTEMPTS = 10;
const MAX_SLUG_ATTEMPTS = 12;
/** Each is found by a statement of its own. */
const MAX_VIOLATIONS = 100;
const SAVEPOINT = 'save_record';

/**
 * An update that would change nothing leaves the record as it is, its version and automatic times too.
 * @throws WriteRefused `UNIQUE_VIOLATION`
 * @throws RocketError `FORBIDDEN` in its place for a caller who may not write such a record: whether another one has the
 * value, perhaps one that they may not see, is told to those alone who may
 */
export async function saveRecords(states: readonly SaveState[]): Promise<void> {
  // Updates first: a unique value that one of them gives up is free for a new record.
  const ordered = [...states].sort((a, b) => Number(a.current === null) - Number(b.current === null));
  for (const batch of Map.groupBy(ordered, batchOf).values()) {
    const [first] = batch;
    if (first === undefined) continue;
    if (batch.length === 1) await saveRecord(first, first.slugIsGenerated);
    else await saveBatch(first, batch);
  }
  for (const state of states) {
    const { entity, current: before, path } = state;
    const after = present(state.stored);
    if (before === null) state.changes.push({ entity, operation: 'create', before, after, path });
    else if (after !== before) state.changes.push({ entity, operation: 'update', before, after, path });
    state.saved.push(state);
  }
}

/** Records of one batch are written by one statement. */
function batchOf({ entity, current, values }: SaveState): string {
  return [entity.name, ...(current === null ? [] : ['', ...[...values.keys()].sort()])].join(' ');
}

/** Which record is at fault is not told by the statement of a batch; then each is stored for itself. */
async function saveBatch(first: SaveState, batch: readonly SaveState[]): Promise<void> {
  try {
    await inSavepoint(first.tx, batch.some(mayClash), () => storeBatch(first, batch));
  } catch (error) {
    if (violatedField(first, error) === null) throw error;
    await refuseTogether(batch, (state) => saveRecord(state, true), MAX_VIOLATIONS);
  }
}

function mayClash({ entity, values }: SaveState): boolean {
  return entity.fields.some(({ name, unique, isPrimaryKey }) => (unique || isPrimaryKey) && values.has(name));
}

async function storeBatch({ tx, entity, current }: SaveState, batch: readonly SaveState[]): Promise<void> {
  if (current === null) {
    const rows = await tx.query(
      insertRecords(
        entity,
        batch.map(({ values }) => values),
      ),
    );
    const records = rows.map((row) => toRecord(entity, row));
    for (const [index, state] of batch.entries()) state.stored = present(records[index] ?? null);
    return;
  }
  const updates = batch.map((state) => ({ key: present(state.current).key, values: state.values }));
  const statement = updateRecords(entity, updates);
  const rows = statement === null ? [] : await tx.query(statement);
  const changed = new Map(rows.map((row) => toRecord(entity, row)).map((record) => [record.key, record]));
  for (const state of batch) {
    const before = present(state.current);
    state.stored = changed.get(before.key) ?? before;
  }
}

/** @param isFollowed where other statements may follow one that fails */
async function saveRecord(state: SaveState, isFollowed: boolean): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      state.stored = await inSavepoint(state.tx, isFollowed, () => store(state));
      return;
    } catch (error) {
      const field = violatedField(state, error);
      if (field === null) throw error;
      const isOwnSlug = state.slugIsGenerated && field.name === state.entity.slug?.field;
      if (!isOwnSlug || attempt === MAX_SLUG_ATTEMPTS) {
        permitAfter(state, intendedValues(state));
        refuse(uniqueViolation(state, field));
      }
    }
    await regenerateSlug(state, attempt >= NUMBERED_SLUG_ATTEMPTS);
  }
}

/** The record as it is now: for an update that changes nothing, the very object that it was. */
async function store({ tx, entity, values, current }: SaveState): Promise<StoredRecord> {
  const statement =
    current === null ? insertRecord(entity, values) : updateRecord(entity, current.key, values);
  const [row] = statement === null ? [] : await tx.query(statement);
  if (row !== undefined) return toRecord(entity, row);
  if (current !== null) return current;
  throw new RocketError('INTERNAL_ERROR', `${entity.name}: a new record was not written`);
}

/** A failed statement ends a transaction unless it goes back to a savepoint. Two more round trips, so only on demand. */
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
