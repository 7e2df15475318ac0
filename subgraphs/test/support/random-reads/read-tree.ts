/**
 * A random read, before it is GraphQL: names only, so that a counterexample can be printed. The response key of a field
 * is `f` and its place.
 */

export type Where = Readonly<Record<string, unknown>>;
export type OrderBy = readonly Where[];

export interface SourceArguments {
  readonly where?: Where;
  /** Ignored where the caller may not ask for it. */
  readonly withDeleted?: boolean;
}

export interface ListArguments extends SourceArguments {
  readonly orderBy?: OrderBy;
  readonly limit?: number;
  readonly offset?: number;
  readonly distinctOn?: readonly string[];
}

export interface PageArguments extends SourceArguments {
  readonly orderBy?: OrderBy;
  readonly window: { readonly side: 'first' | 'last'; readonly size: number } | null;
}

export type ConnectionPart = 'totalCount' | 'nodes' | 'edges' | 'pageInfo';

export type AggregateName = 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';

/** `count`, or a function with the GraphQL names of its fields. */
export interface Measures {
  readonly count: boolean;
  readonly of: readonly { readonly function: AggregateName; readonly fields: readonly string[] }[];
}

/** A field that leads to records; at the root `name` is empty. */
export type ReadField = { readonly name: string } & (
  | { readonly kind: 'one'; readonly select: Selection }
  | { readonly kind: 'list'; readonly args: ListArguments; readonly select: Selection }
  | {
      readonly kind: 'connection';
      readonly args: PageArguments;
      readonly parts: readonly ConnectionPart[];
      readonly select: Selection;
    }
  | { readonly kind: 'aggregate'; readonly args: SourceArguments; readonly measures: Measures }
);

export type SelectedField = { readonly kind: 'scalar'; readonly name: string } | ReadField;
export type Selection = readonly SelectedField[];

export interface GroupByRead {
  readonly kind: 'groupBy';
  readonly args: SourceArguments;
  readonly by: readonly { readonly field: string; readonly bucket?: string }[];
  readonly having?: Where;
  readonly orderBy?: OrderBy;
  readonly limit?: number;
  readonly measures: Measures;
}

/** A record by its key. */
export interface RecordRead {
  readonly kind: 'record';
  readonly id: string;
  readonly withDeleted?: boolean;
  readonly select: Selection;
}

export type RootRead = { readonly entity: string } & (
  | Exclude<ReadField, { kind: 'one' }>
  | GroupByRead
  | RecordRead
);
