/**
 * The filter language inside the engine: what a GraphQL `where`, a policy's conditions and an event filter all become.
 * One tree, three readers: SQL on the shard, the in-memory evaluator here, and (for caching) the tags a read depends
 * on. Comparisons follow SQL: null compares to nothing, so `ne` and `notIn` do not find nulls.
 */
import type { EntityModel, LinkModel } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';

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
    }
  | JsonFilter
  /** Full-text search over the searchable fields of the entity, in the words of a web search engine. */
  | { readonly kind: 'search'; readonly fields: readonly FieldModel[]; readonly query: string }
  | RelationFilter;

/**
 * Conditions on a JSON value. JSON operands are kept as text, so that no digit of a number is lost on the way to SQL.
 */
export type JsonFilter =
  /** SQL `@>`. */
  | { readonly kind: 'jsonContains'; readonly field: FieldModel; readonly json: string }
  /** SQL `?`: a key of an object, or a text in an array, at the top level. */
  | { readonly kind: 'jsonHasKey'; readonly field: FieldModel; readonly key: string }
  /** The value at a path is there (`isNull: false`): neither missing nor JSON null. */
  | {
      readonly kind: 'jsonPathIsNull';
      readonly field: FieldModel;
      readonly path: readonly string[];
      readonly isNull: boolean;
    }
  /**
   * Compares the value at a path. Missing and JSON null compare to nothing. `eq` and `ne` compare any values; the
   * others only values of the operand's own JSON type, number or text, and are unknown for others.
   */
  | {
      readonly kind: 'jsonPath';
      readonly field: FieldModel;
      readonly path: readonly string[];
      readonly operator: ComparisonOperator;
      readonly json: string;
    };

/**
 * A condition on related records. Only records that are there for the caller count: neither those that `access`
 * excludes nor soft-deleted ones, or a filter could probe what a list would not show.
 */
export interface RelationFilter {
  readonly kind: 'relation';
  readonly link: LinkModel;
  readonly target: EntityModel;
  /** `is`: the one record of a to-one or has-one link. `every` holds where there is none. Never unknown. */
  readonly quantifier: 'some' | 'every' | 'none' | 'is';
  readonly filter: Filter;
  readonly access: Filter;
}

/** Matches every record. */
export const MATCH_ALL: Filter = { kind: 'all', filters: [] };
/** Matches none. */
export const MATCH_NONE: Filter = { kind: 'any', filters: [] };
