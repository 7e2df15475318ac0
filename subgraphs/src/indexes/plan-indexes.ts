/** What is to be done to the indexes of a table that is there. */
import { PRINTED_LIVE_ROWS } from '../sql/live-sql.ts';
import type { DesiredTable } from '../tables/desired-tables.ts';
import type { ExistingIndex, ExistingTable, ExistingTables } from '../tables/existing-tables.ts';
import type { DesiredIndex } from './desired-indexes.ts';
import { hashedName } from './index-names.ts';

/** Names that the engine gives; indexes that an administrator made under other names are left alone. */
const OWN_INDEX = /^(ix|ux)_/;

export interface IndexChanges {
  readonly table: string;
  /** Whose table it is: `entity customer`. */
  readonly title: string;
  /** Left behind by a build that did not end well. Their names may be those of missing ones, so they go first. */
  readonly broken: readonly string[];
  readonly missing: readonly DesiredIndex[];
  /** Needed no longer, or over other columns than before. No index holds data of its own. */
  readonly surplus: readonly ExistingIndex[];
}

/** An index is recognised by what it is over; only what decides about errors or cannot be compared has to have its name. */
export function compareIndexes(table: DesiredTable, present: ExistingTable): IndexChanges {
  const own = [...present.indexes.values()].filter(({ name }) => OWN_INDEX.test(name));
  const valid = own.filter(({ isValid }) => isValid);
  // Where rows are read, what an index replaces is dropped after it is built. Else before, and its name is free.
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
 * Changes of tables that hold rows, which are made beside the work on them. Those of empty tables are part of the
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

/** For an index whose name belongs, until it is dropped, to the one that it replaces. */
function otherName(index: DesiredIndex): string {
  const identity = [index.name, ...index.columns, 'descending', ...index.descending].join('.');
  return hashedName(index.name, identity);
}
