/** What an app's database consists of besides its rows. Names are as they are in the catalog, SQL is as Postgres tells it. */

export interface DatabaseStructure {
  readonly extensions: readonly ExtensionStructure[];
  /** In the order in which they were made, so that each comes after those it builds on. */
  readonly definitions: readonly DefinitionStructure[];
  readonly sequences: readonly SequenceStructure[];
  /** In the order in which they were made. */
  readonly tables: readonly TableStructure[];
}

export interface ExtensionStructure {
  readonly name: string;
  readonly schema: string;
}

/** A type or a function. */
export interface DefinitionStructure {
  readonly kind: 'type' | 'function';
  /** Without the arguments of a function. */
  readonly name: string;
  /** The name with the arguments of a function. */
  readonly signature: string;
  /** SQL that makes it, to be run in this order. */
  readonly sql: readonly string[];
  /** It mentions tables or sequences in a way that Postgres checks when it is made. */
  readonly needsTables: boolean;
}

export interface SequenceStructure {
  readonly name: string;
  readonly type: string;
  /** SQL of start, increment, limits, cache and cycle. */
  readonly parameters: string;
  readonly owner: SequenceOwner | null;
}

/** The column that the sequence is dropped with. */
export interface SequenceOwner {
  readonly table: string;
  readonly column: string;
  /** The sequence is a part of the column's identity, and not made by itself. */
  readonly isIdentity: boolean;
}

export interface TableStructure {
  readonly name: string;
  /** Its rows are lost in a crash and never replicated. */
  readonly isUnlogged: boolean;
  /** SQL of the partition key; null for a table that has rows of its own. */
  readonly partitionKey: string | null;
  /** SQL of what the partition takes; null for a table that is no partition. */
  readonly partitionBound: string | null;
  /** Tables that it inherits from, or whose partition it is. */
  readonly parents: readonly string[];
  /** Number of tables above a partition. */
  readonly depth: number;
  readonly replicaIdentity: ReplicaIdentity;
  readonly columns: readonly ColumnStructure[];
  readonly constraints: readonly ConstraintStructure[];
  /** Those that belong to no constraint. */
  readonly indexes: readonly IndexStructure[];
  readonly triggers: readonly TriggerStructure[];
}

/** What replication finds the row by that was updated or deleted. */
export interface ReplicaIdentity {
  readonly kind: 'default' | 'nothing' | 'full' | 'index';
  /** Of kind `index`. */
  readonly index: string | null;
  /** Columns of the index that is used: empty when there is none. */
  readonly columns: readonly string[];
}

export interface ColumnStructure {
  readonly name: string;
  readonly type: string;
  /** SQL; null for the one of the type. */
  readonly collation: string | null;
  readonly isNotNull: boolean;
  /** SQL of the default, or of what the column is generated from. */
  readonly expression: string | null;
  readonly generated: 'stored' | 'virtual' | null;
  readonly identity: 'ALWAYS' | 'BY DEFAULT' | null;
}

export interface ConstraintStructure {
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'exclusion' | 'check' | 'foreign key' | 'not null';
  readonly definition: string;
}

export interface IndexStructure {
  readonly name: string;
  /** SQL that makes it. */
  readonly definition: string;
}

export interface TriggerStructure {
  readonly name: string;
  /** SQL that makes it. */
  readonly definition: string;
  /** SQL of `ALTER TABLE` that says when it fires; null for a trigger as it is made. */
  readonly firing: 'DISABLE' | 'ENABLE REPLICA' | 'ENABLE ALWAYS' | null;
}
