/**
 * The filter language inside the engine: what a GraphQL `where`, a policy's conditions and an event filter all become.
 * One tree, three readers: SQL on the shard, the in-memory evaluator here, and (for caching) the tags a read depends on.
 * Comparisons follow SQL: null compares to nothing, so `ne` and `notIn` do not find nulls.
 */
import type { FieldModel } from '../model/app-model.ts';

/** A value as it is bound to SQL: text for bigint, decimal, uuid, date and timestamp; native otherwise. */
export type FilterValue = string | number | boolean;

export type ComparisonOperator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';
export type TextOperator = 'like' | 'startsWith' | 'endsWith' | 'contains';

export type Filter =
  | { readonly kind: 'all'; readonly filters: readonly Filter[] }
  | { readonly kind: 'any'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | {
      readonly kind: 'compare';
      readonly field: FieldModel;
      readonly operator: ComparisonOperator;
      readonly value: FilterValue;
    }
  | {
      readonly kind: 'in';
      readonly field: FieldModel;
      readonly values: readonly FilterValue[];
      readonly negated: boolean;
    }
  | { readonly kind: 'isNull'; readonly field: FieldModel; readonly isNull: boolean }
  | {
      readonly kind: 'text';
      readonly field: FieldModel;
      readonly operator: TextOperator;
      readonly value: string;
      readonly ignoreCase: boolean;
    };

/** Matches every record. */
export const MATCH_ALL: Filter = { kind: 'all', filters: [] };
/** Matches none. */
export const MATCH_NONE: Filter = { kind: 'any', filters: [] };
