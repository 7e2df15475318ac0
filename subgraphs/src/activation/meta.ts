/**
 * Facts about an app's database that are stored in it: what was applied, and at which epoch the app is served from it.
 */
import type { Queryable, Statement, Transaction } from '@rocket/platform';
import type { Epoch, Revision } from '@rocket/schema';
import { z } from 'zod';
import { META_TABLE } from '../tables/system-tables.ts';

/** Key of the epoch in `_meta`; events carry it. */
export const EPOCH_KEY = 'epoch';
const REVISION_KEY = 'revision';
const DEFAULTS_KEY = 'column_defaults';
const ENUMS_KEY = 'enum_values';

/** Planned SQL of each column's default, by `table.column`. */
export type ColumnDefaults = Readonly<Record<string, string>>;

/** Listed values of each column that is an enum, by `table.column`. */
export type EnumValues = Readonly<Record<string, readonly string[]>>;

const Enums = z.record(z.string(), z.array(z.string()));
const Defaults = z.record(z.string(), z.string());
const WholeNumber = z.number();

export function selectMeta(key: string): Statement {
  return { text: `SELECT value FROM "${META_TABLE}" WHERE key = $1`, values: [key] };
}

export function upsertMeta(key: string, value: unknown): Statement {
  return {
    text: `INSERT INTO "${META_TABLE}" (key, value) VALUES ($1, $2::jsonb)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE "${META_TABLE}".value <> excluded.value`,
    values: [key, JSON.stringify(value)],
  };
}

/** False for a database without any table of ours. */
export async function isActivated(database: Queryable): Promise<boolean> {
  const text = `SELECT to_regclass('public."${META_TABLE}"') IS NOT NULL`;
  const [row] = await database.query({ text, values: [] });
  return row?.[0] === true;
}

/** Null before the first activation. */
export async function readRevision(database: Queryable): Promise<number | null> {
  const [row] = await database.query(selectMeta(REVISION_KEY));
  return row === undefined ? null : WholeNumber.parse(row[0]);
}

/** Null before the first activation. */
export async function readEpoch(database: Queryable): Promise<number | null> {
  const [row] = await database.query(selectMeta(EPOCH_KEY));
  return row === undefined ? null : WholeNumber.parse(row[0]);
}

export async function readColumnDefaults(database: Queryable): Promise<ColumnDefaults> {
  const [row] = await database.query(selectMeta(DEFAULTS_KEY));
  return row === undefined ? {} : Defaults.parse(row[0]);
}

export async function readEnumValues(database: Queryable): Promise<EnumValues> {
  const [row] = await database.query(selectMeta(ENUMS_KEY));
  return row === undefined ? {} : Enums.parse(row[0]);
}

export async function writeMeta(
  tx: Transaction,
  applied: { revision: Revision; epoch: Epoch; defaults: ColumnDefaults; enums: EnumValues },
): Promise<void> {
  await tx.query(upsertMeta(REVISION_KEY, applied.revision));
  await tx.query(upsertMeta(EPOCH_KEY, applied.epoch));
  await tx.query(upsertMeta(DEFAULTS_KEY, applied.defaults));
  await tx.query(upsertMeta(ENUMS_KEY, applied.enums));
}
