/**
 * What an operation asks of the database, as a tree: the same shape as its answer, with names, permissions and
 * arguments resolved. One statement is made from it, so the number of statements does not depend on the operation or
 * its records.
 */
import type {
  AggregateFunction,
  AppName,
  EntityModel,
  FieldModel,
  Filter,
  GroupBy,
  GroupKey,
  LinkModel,
  MachineModel,
  Measure,
  SortKey,
} from '@rocket/schema';
import type { KeysetPosition } from '../sql/order-sql.ts';

/** An object of the answer that is one record. */
export interface RecordPlan {
  readonly entity: EntityModel;
  /** In response order. */
  readonly fields: readonly RecordField[];
}

/** One response key of a record. */
export type RecordField = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'column'; readonly field: FieldModel }
  | { readonly kind: 'version' }
  /** `place` is that of the plan among all transitions of the operation. */
  | { readonly kind: 'transitions'; readonly plan: TransitionsPlan; readonly place: number }
  | {
      readonly kind: 'file';
      readonly app: AppName;
      readonly field: FieldModel;
      readonly parts: readonly FilePart[];
    }
  /** A record of another app: this app knows its key; the gateway asks the record's own subgraph for more. */
  | { readonly kind: 'reference'; readonly link: LinkModel; readonly record: RecordPlan }
  | {
      readonly kind: 'record';
      readonly link: LinkModel;
      readonly record: RecordPlan;
      readonly source: RowSource;
    }
  | { readonly kind: 'list'; readonly link: LinkModel; readonly list: ListPlan }
  | { readonly kind: 'connection'; readonly link: LinkModel; readonly connection: ConnectionPlan }
  | { readonly kind: 'aggregate'; readonly link: LinkModel; readonly aggregate: AggregatePlan }
);

/** What the state of a record may become. */
export interface TransitionsPlan {
  readonly entity: EntityModel;
  readonly machine: MachineModel;
  /** In response order; `constant` is the value of one that is known before. */
  readonly fields: readonly {
    readonly key: string;
    readonly kind: 'to' | 'allowed' | 'reason' | 'constant';
    readonly constant?: string;
  }[];
}

export type FilePart = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'id' | 'filename' | 'size' | 'mimeType' | 'url' }
);

/** Which records of an entity there are, for this caller and this field. */
export interface RowSource {
  readonly entity: EntityModel;
  /** What the caller may read. */
  readonly access: Filter;
  /** Includes soft-deleted records. */
  readonly withDeleted: boolean;
  readonly where: Filter;
}

/** A window on the records of a source. */
export interface PagePlan {
  readonly source: RowSource;
  readonly order: readonly SortKey[];
  /** Only the first record, in the order, of each combination of these fields is kept; empty for all records. */
  readonly distinctOn: readonly FieldModel[];
  readonly limit: number;
  readonly offset: number;
  readonly after: KeysetPosition | null;
  readonly before: KeysetPosition | null;
  /** Walk from the end (`last`). */
  readonly reversed: boolean;
}

export interface ListPlan {
  readonly page: PagePlan;
  readonly record: RecordPlan;
}

export interface ConnectionPlan {
  /** Its `limit` is one more than the page's size, to find out whether there is another page. */
  readonly page: PagePlan;
  readonly pageSize: number;
  readonly fields: readonly ConnectionField[];
}

export type ConnectionField = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'nodes'; readonly record: RecordPlan }
  | { readonly kind: 'edges'; readonly fields: readonly EdgeField[] }
  | { readonly kind: 'pageInfo'; readonly fields: readonly PageInfoField[] }
  | { readonly kind: 'totalCount' }
);

export type EdgeField = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'node'; readonly record: RecordPlan }
  | { readonly kind: 'cursor' }
);

export type PageInfoField = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor' }
);

export interface AggregatePlan {
  readonly source: RowSource;
  readonly fields: readonly AggregateField[];
}

export type AggregateField = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'measure'; readonly measure: Measure }
  | {
      readonly kind: 'measures';
      readonly function: AggregateFunction;
      readonly fields: readonly AggregateField[];
    }
  /** Values that a group's records have in common. */
  | { readonly kind: 'groupKeys'; readonly fields: readonly GroupKeyField[] }
);

export type GroupKeyField = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'groupKey'; readonly groupKey: GroupKey }
);

export interface GroupByPlan {
  readonly source: RowSource;
  readonly groupBy: GroupBy;
  readonly fields: readonly AggregateField[];
}

/** Entities that the gateway names by key, all of one type: in the order of `keys`, null where there is none. */
export interface EntitiesPlan {
  readonly entity: EntityModel;
  /** A text that cannot be a key is null: there is no such record. */
  readonly keys: readonly (string | null)[];
  /** Null when the record belongs to another app, which has already found it: only what this app adds is read. */
  readonly source: RowSource | null;
  readonly record: RecordPlan;
  /**
   * True when each entity is a JSON string that contains its JSON: we merge parts of several types into one order, and
   * parsing the entities would lose digits.
   */
  readonly asTexts: boolean;
}

/** A root field that is read by SQL. */
export type ReadPlan =
  | { readonly kind: 'record'; readonly source: RowSource; readonly record: RecordPlan }
  | { readonly kind: 'list'; readonly list: ListPlan }
  | { readonly kind: 'connection'; readonly connection: ConnectionPlan }
  | { readonly kind: 'aggregate'; readonly aggregate: AggregatePlan }
  | { readonly kind: 'groupBy'; readonly groupBy: GroupByPlan }
  | { readonly kind: 'entities'; readonly entities: EntitiesPlan };
