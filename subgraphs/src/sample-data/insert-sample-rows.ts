/** Inserts those of a document's sample rows that are missing in its tables. */
import { isPostgresError, type Statement, type Transaction } from '@rocket/platform';
import type { ActivationInput, AppModel, EntityModel, FieldModel } from '@rocket/schema';
import { documentEntities, RocketError } from '@rocket/schema';
import { sampleKey } from './sample-keys.ts';
import {
  advanceIdentity,
  insertEntityRows,
  insertJoinRows,
  type SampleRecord,
  selectHasRows,
} from './sample-rows-sql.ts';

type SampleData = ActivationInput['sampleData'];

/** Large enough that the number of statements does not matter, small enough for the memory of both sides. */
const ROWS_PER_STATEMENT = 500;

/**
 * Inserts rows of entities in document order, then of join tables. Only declared columns are used, and keys that name
 * no table are ignored.
 * @returns the number of new rows, by the name of the entity or join table; those that got none are left out
 * @throws RocketError `DOCUMENT_INVALID` when a row does not fit its table.
 */
export async function insertSampleRows(
  tx: Transaction,
  model: AppModel,
  sampleData: SampleData,
): Promise<ReadonlyMap<string, number>> {
  const inserted = new Map<string, number>();
  const note = (name: string, count: number): void => {
    if (count > 0) inserted.set(name, count);
  };
  for (const entity of documentEntities(model)) {
    const rows = rowsOf(sampleData, entity.name);
    if (rows.length > 0) note(entity.name, await insertForEntity(tx, entity, rows));
  }
  for (const join of model.joinTables) {
    const rows = rowsOf(sampleData, join.table).map((row) =>
      pick(row, [join.sourceColumn, join.targetColumn]),
    );
    const count = await insertBatches(tx, rows, {
      name: join.table,
      insert: (part) => insertJoinRows(join, part),
    });
    note(join.table, count);
  }
  return inserted;
}

function rowsOf(sampleData: SampleData, name: string): readonly SampleRecord[] {
  return Object.hasOwn(sampleData, name) ? (sampleData[name] ?? []) : [];
}

async function insertForEntity(
  tx: Transaction,
  entity: EntityModel,
  rows: readonly SampleRecord[],
): Promise<number> {
  const key = entity.primaryKey.name;
  const keyed = rows.filter((row) => hasValue(row, key));
  const keyless = rows.flatMap((row, place) => (hasValue(row, key) ? [] : [withKey(entity, row, place)]));
  let inserted = await insertRecords(tx, entity, keyed);
  if (entity.keyGeneration === 'identity') {
    // The next numbers must be free before rows without a number take them.
    await tx.query(advanceIdentity(entity));
    // Rows that cannot be recognised are inserted only once: when the table was empty.
    const isFirst = inserted === keyed.length && (keyed.length > 0 || !(await hasRows(tx, entity)));
    if (!isFirst) return inserted;
  }
  inserted += await insertRecords(tx, entity, keyless);
  return inserted;
}

function withKey(entity: EntityModel, row: SampleRecord, place: number): SampleRecord {
  if (entity.keyGeneration !== 'uuid') return row;
  return { ...row, [entity.primaryKey.name]: sampleKey(entity, row, place) };
}

async function hasRows(tx: Transaction, entity: EntityModel): Promise<boolean> {
  const [row] = await tx.query(selectHasRows(entity));
  return row?.[0] === true;
}

/** A statement has one list of columns, so rows with and without a key are inserted separately. */
async function insertRecords(
  tx: Transaction,
  entity: EntityModel,
  rows: readonly SampleRecord[],
): Promise<number> {
  const [first] = rows;
  if (first === undefined) return 0;
  const fields = entity.fields.filter((field) => !field.isPrimaryKey || hasValue(first, field.name));
  const records = rows.map((row) => sampleRecord(fields, row));
  return await insertBatches(tx, records, {
    name: entity.name,
    insert: (part) => insertEntityRows(entity, fields, part),
  });
}

/** Absent fields get their defaults; an explicit null stays null. */
function sampleRecord(fields: readonly FieldModel[], row: SampleRecord): SampleRecord {
  const given = fields.map((field): [string, unknown] => [
    field.name,
    Object.hasOwn(row, field.name) ? row[field.name] : field.default,
  ]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

async function insertBatches(
  tx: Transaction,
  rows: readonly SampleRecord[],
  by: { name: string; insert: (part: readonly SampleRecord[]) => Statement },
): Promise<number> {
  let inserted = 0;
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const part = rows.slice(start, start + ROWS_PER_STATEMENT);
    inserted += (await query(tx, by.insert(part), by.name)).length;
  }
  return inserted;
}

async function query(tx: Transaction, statement: Statement, name: string): Promise<readonly unknown[]> {
  try {
    return await tx.query(statement);
  } catch (cause) {
    if (!isBadData(cause)) throw cause;
    throw new RocketError('DOCUMENT_INVALID', `The sample rows of ${name} do not fit: ${cause.message}`, {
      cause,
    });
  }
}

/** Classes 22 (a value does not fit its type), 23 (a constraint refuses it) and 54 (it is too long for its index). */
const BAD_DATA = ['22', '23', '54'] as const;

function isBadData(error: unknown): error is Error {
  return isPostgresError(error) && BAD_DATA.some((kind) => error.code.startsWith(kind));
}

function hasValue(row: SampleRecord, name: string): boolean {
  return Object.hasOwn(row, name) && row[name] !== null && row[name] !== undefined;
}

function pick(row: SampleRecord, names: readonly string[]): SampleRecord {
  return Object.fromEntries(names.map((name) => [name, Object.hasOwn(row, name) ? row[name] : null]));
}
