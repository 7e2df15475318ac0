import { RocketError } from '../errors.ts';
import type { FieldModel } from '../model/app-model.ts';
import { comparerOf } from './compare-values.ts';
import type { ComparisonOperator, Filter } from './filter.ts';
import { compileLike, matchesLike } from './like-pattern.ts';

/** A record by column name, with values as rows have them: text for bigint, decimal, uuid, date and timestamp. */
export type FilterRecord = Readonly<Record<string, unknown>>;

/** True, false, or null for SQL's "unknown". */
type Truth = boolean | null;

type Part<K extends Filter['kind']> = Extract<Filter, { readonly kind: K }>;

/**
 * Whether SQL would find the record by this filter. A comparison with null is unknown, and so is its negation: neither
 * `eq` nor `NOT eq` finds a record whose field is null.
 * @throws RocketError `INTERNAL_ERROR` for a comparison of a type that has none; no parser makes such a filter
 */
export function matches(filter: Filter, record: FilterRecord): boolean {
  return evaluate(filter, record) === true;
}

function evaluate(filter: Filter, record: FilterRecord): Truth {
  switch (filter.kind) {
    case 'all':
      return conjunction(filter.filters, record);
    case 'any':
      return negate(
        conjunction(
          filter.filters.map((part) => ({ kind: 'not', filter: part })),
          record,
        ),
      );
    case 'not':
      return negate(evaluate(filter.filter, record));
    case 'compare':
      return evaluateCompare(filter, record);
    case 'in':
      return evaluateIn(filter, record);
    case 'isNull':
      return (fieldValue(filter.field, record) === null) === filter.isNull;
    case 'text':
      return evaluateText(filter, record);
  }
}

/** False as soon as one is false, else unknown if one is unknown. */
function conjunction(filters: readonly Filter[], record: FilterRecord): Truth {
  let truth: Truth = true;
  for (const filter of filters) {
    const part = evaluate(filter, record);
    if (part === false) return false;
    if (part === null) truth = null;
  }
  return truth;
}

function negate(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

function fieldValue(field: FieldModel, record: FilterRecord): unknown {
  return Object.hasOwn(record, field.name) ? (record[field.name] ?? null) : null;
}

function compare(field: FieldModel, value: unknown, operand: unknown): number {
  const comparer = comparerOf(field.type);
  if (comparer === null) {
    throw new RocketError('INTERNAL_ERROR', `Values of type ${field.type} cannot be compared`);
  }
  return comparer(value, operand);
}

const HOLDS: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
};

function evaluateCompare(filter: Part<'compare'>, record: FilterRecord): Truth {
  const value = fieldValue(filter.field, record);
  return value === null ? null : HOLDS[filter.operator](compare(filter.field, value, filter.value));
}

/** As Postgres has `= ANY` and `<> ALL`: over an empty list they are false and true, even for null. */
function evaluateIn(filter: Part<'in'>, record: FilterRecord): Truth {
  if (filter.values.length === 0) return filter.negated;
  const value = fieldValue(filter.field, record);
  if (value === null) return null;
  return filter.values.some((operand) => compare(filter.field, value, operand) === 0) !== filter.negated;
}

function evaluateText(filter: Part<'text'>, record: FilterRecord): Truth {
  const value = fieldValue(filter.field, record);
  if (value === null) return null;
  const fold = (text: string) => (filter.ignoreCase ? text.toLowerCase() : text);
  const text = fold(String(value));
  const operand = fold(filter.value);
  switch (filter.operator) {
    case 'like':
      return matchesLike(text, compileLike(operand));
    case 'startsWith':
      return text.startsWith(operand);
    case 'endsWith':
      return text.endsWith(operand);
    case 'contains':
      return text.includes(operand);
  }
}
