/** What an app's shard can say of how it is used. */

/** How one statement finds and orders the records of one entity. Fields by their names in the document. */
export interface QueryShape {
  readonly entity: string;
  /** Compared with one value: also the foreign key of a list, for each of its parents. */
  readonly equal: readonly string[];
  /** Compared with several values, or with the end of a range. */
  readonly range: readonly string[];
  /** Of fields of the entity itself. Whole, with the primary key that ends it. */
  readonly order: readonly ShapeOrder[];
  /** Compared with a pattern: `like`, `contains`, `startsWith`, `endsWith`. */
  readonly text?: readonly string[];
  /** JSON fields that are asked what they contain. */
  readonly json?: readonly string[];
}

export interface ShapeOrder {
  readonly field: string;
  readonly descending: boolean;
}

/** A shape with how often it came, since the process began. */
export interface CountedShape {
  readonly shape: QueryShape;
  readonly count: number;
  /** Names of some operations that had it. */
  readonly operations: readonly string[];
}

export interface AppAdvice {
  /** Queries are counted from then on, in each process by itself. ISO 8601. */
  readonly since: string;
  /** What is asked most of the largest tables comes first. */
  readonly suggestions: readonly IndexSuggestion[];
}

/** Something that no index serves, and what would change that. */
export interface IndexSuggestion {
  readonly entity: string;
  /** Records of the entity, as Postgres estimates them. */
  readonly rows: number;
  readonly count: number;
  readonly remedy: IndexRemedy;
  readonly queries: readonly CountedShape[];
}

export type IndexRemedy =
  /** A property for a field of the document. */
  | { readonly kind: 'document'; readonly field: string; readonly property: 'indexed' | 'searchable' }
  /** For what the document cannot say. Activations leave indexes of other names than their own alone. */
  | { readonly kind: 'sql'; readonly sql: string }
  /** The query itself asks in a way that no index can serve, and there is a better one. */
  | { readonly kind: 'query'; readonly field: string; readonly use: 'search' };

export interface SlowStatement {
  /** With places for its values, never the values. */
  readonly text: string;
  /** Name of the operation that last ran it; null when it had none. */
  readonly label: string | null;
  readonly count: number;
  readonly meanMs: number;
  readonly worstMs: number;
  /** ISO 8601. */
  readonly lastSeenAt: string;
}

export type StatementPlan =
  | { readonly kind: 'plan'; readonly text: string }
  /** In words. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A slow statement with its plan, where it was asked for. */
export interface SlowQueryReport extends SlowStatement {
  readonly plan: StatementPlan | null;
}
