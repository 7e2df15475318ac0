/** The changes to the indexes of an existing table. */
import { PRINTED_LIVE_ROWS } from '../sql/live-sql.ts';
import type { DesiredTable } from '../tables/desired-tables.ts';
import type { ExistingIndex, ExistingTable, ExistingTables } from '../tables/existing-tables.ts';
import type { DesiredIndex } from './desired-indexes.ts';
import { hashedName } from './index-names.ts';

/** Names of the engine's own indexes; indexes that an administrator made under other names are left alone. */
const OWN_INDEX = /^(ix|ux)_/;

export interface IndexChanges {
  readonly table: string;
  /** Owner of the table: `entity customer`. */
  readonly title: string;
  /** Left by builds that failed. They are dropped first, because missing indexes may need their names. */
  readonly broken: readonly string[];
  readonly missing: readonly DesiredIndex[];
  /** No longer needed, or with other columns than before. Dropping an index loses no data. */
  readonly surplus: readonly ExistingIndex[];
}

/**
 * An index is recognised by its columns; only one that decides about errors or cannot be compared must have its name
 * too.
 */
export function compareIndexes(table: DesiredTable, present: ExistingTable): IndexChanges {
  const own = [...present.indexes.values()].filter(({ name }) => OWN_INDEX.test(name));
  const valid = own.filter(({ isValid }) => isValid);
  // In a table with rows, the index that another one replaces is dropped after that was built. In an empty table it is
  // dropped before, so its name is free.
  const taken = new Set(present.isEmpty ? [] : valid.map(({ name }) => name));
  return {
    table: table.name,
    title: table.title,
    broken: own.filter(({ isValid }) => !isValid).map(({ name }) => name),
    missing: table.indexes
      .filter((index) => !valid.some((existing) => fits(index, existing)))
      .map((index) => (taken.has(index.name) ? { ...index, name: otherName(index) } : index)),
    surplus: valid.filter((existing) => !table.indexes.some((index) => fits(index, existing))),
  };
}

/**
 * Changes to tables with rows, which are made while the tables are in use. Those of empty tables are part of the
 * activation's own transaction.
 */
export function filledTableChanges(
  tables: readonly DesiredTable[],
  existing: ExistingTables,
): { readonly changes: IndexChanges; readonly present: ExistingTable }[] {
  return tables.flatMap((table) => {
    const present = existing.get(table.name);
    return present === undefined || present.isEmpty
      ? []
      : [{ changes: compareIndexes(table, present), present }];
  });
}

function fits(index: DesiredIndex, existing: ExistingIndex): boolean {
  if (existing.isUnique !== index.isUnique || existing.method !== index.method) return false;
  if (index.isUnique || index.expression !== null) return existing.name === index.name;
  const keys = existing.keys.map(({ column, descending }) => (descending ? `${column} DESC` : column));
  const wanted = index.columns.map((name) => (index.descending.includes(name) ? `${name} DESC` : name));
  return (
    keys.join() === wanted.join() && existing.predicate === (index.liveRowsOnly ? PRINTED_LIVE_ROWS : null)
  );
}

/** A name for an index whose own name belongs to the one that it replaces, until that is dropped. */
function otherName(index: DesiredIndex): string {
  const identity = [index.name, ...index.columns, 'descending', ...index.descending].join('.');
  return hashedName(index.name, identity);
}
