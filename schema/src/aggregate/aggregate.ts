/**
 * Aggregates inside the engine: what `...Aggregate` and `...GroupBy` ask for, after permissions and names were
 * resolved.
 */
import type { ComparisonOperator, FilterValue } from '../filter/filter.ts';
import type { FieldModel } from '../model/field-model.ts';

export type AggregateFunction = 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';

/** One number (or value) over a set of records. */
export type Measure =
  | { readonly kind: 'count' }
  | { readonly kind: 'field'; readonly function: AggregateFunction; readonly field: FieldModel };

/** Widths that instants and dates are grouped by, in UTC. */
export type TimeBucket = 'YEAR' | 'QUARTER' | 'MONTH' | 'WEEK' | 'DAY' | 'HOUR';

/** What records are grouped by: a field's value, or the start of the bucket it lies in. */
export interface GroupKey {
  readonly field: FieldModel;
  readonly bucket: TimeBucket | null;
}

/** A condition on groups, with SQL's three values as in `Filter`. */
export type Having =
  | { readonly kind: 'all'; readonly conditions: readonly Having[] }
  | { readonly kind: 'any'; readonly conditions: readonly Having[] }
  | { readonly kind: 'not'; readonly condition: Having }
  | {
      readonly kind: 'compare';
      readonly measure: Measure;
      readonly operator: ComparisonOperator;
      readonly value: FilterValue;
    }
  | {
      readonly kind: 'in';
      readonly measure: Measure;
      readonly values: readonly FilterValue[];
      readonly negated: boolean;
    }
  | { readonly kind: 'isNull'; readonly measure: Measure; readonly isNull: boolean };

export interface GroupSortKey {
  readonly by:
    | { readonly kind: 'key'; readonly key: GroupKey }
    | { readonly kind: 'measure'; readonly measure: Measure };
  readonly descending: boolean;
}

export interface GroupBy {
  /** At least one, each field at most once. */
  readonly keys: readonly GroupKey[];
  /** Null selects every group. */
  readonly having: Having | null;
  /** The keys are appended, so that the order is complete. */
  readonly order: readonly GroupSortKey[];
  readonly limit: number;
}
