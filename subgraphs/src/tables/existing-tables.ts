/** What a database holds now, as far as a plan needs to know. */

export interface ExistingColumn {
  readonly name: string;
  /** As Postgres prints it: `text`, `numeric(18,2)`, `timestamp with time zone`. */
  readonly type: string;
  readonly nullable: boolean;
  /** The planned SQL of the default, not the form that Postgres prints; null without a default. */
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
  /** `btree`, `gin`, or another one that an administrator used. */
  readonly method: string;
  /** The predicate as Postgres prints it; null for an index of all rows. */
  readonly predicate: string | null;
  /** False while the index is built concurrently, and permanently if the build failed. */
  readonly isValid: boolean;
}

export interface ExistingTable {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ExistingColumn>;
  readonly primaryKey: readonly string[];
  /** Indexes by name, without that of the primary key. */
  readonly indexes: ReadonlyMap<string, ExistingIndex>;
  readonly isEmpty: boolean;
}

/** Business tables by name; the engine's own, which begin with `_`, are not among them. */
export type ExistingTables = ReadonlyMap<string, ExistingTable>;
