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

export interface ExistingTable {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ExistingColumn>;
  readonly primaryKey: readonly string[];
  /** Columns of its indexes by their names, without that of the primary key. */
  readonly indexes: ReadonlyMap<string, readonly string[]>;
  readonly isEmpty: boolean;
}

/** Business tables by name; the engine's own, which begin with `_`, are not among them. */
export type ExistingTables = ReadonlyMap<string, ExistingTable>;
