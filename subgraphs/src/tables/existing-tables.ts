/** What a database holds now, as far as a plan needs to know. */

export interface ExistingColumn {
  readonly name: string;
  /** As Postgres prints it: `text`, `numeric(18,2)`, `timestamp with time zone`. */
  readonly type: string;
  readonly nullable: boolean;
  /** The SQL that was planned for the default, not what Postgres makes of it; null without one. */
  readonly defaultSql: string | null;
  readonly isIdentity: boolean;
}

export interface ExistingIndexKey {
  /** Null for an expression. */
  readonly column: string | null;
  readonly descending: boolean;
}

export interface ExistingIndex {
  readonly name: string;
  readonly keys: readonly ExistingIndexKey[];
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  /** `btree`, `gin`, and whatever else an administrator made. */
  readonly method: string;
  /** As Postgres prints it; null for an index of all rows. */
  readonly predicate: string | null;
  /** False while it is built beside the work on its table, and for ever when that did not end well. */
  readonly isValid: boolean;
}

export interface ExistingTable {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ExistingColumn>;
  readonly primaryKey: readonly string[];
  /** By name, without that of the primary key. */
  readonly indexes: ReadonlyMap<string, ExistingIndex>;
  readonly isEmpty: boolean;
}

/** Business tables by name; the engine's own, which begin with `_`, are not among them. */
export type ExistingTables = ReadonlyMap<string, ExistingTable>;
