import { RocketError } from '../errors.ts';
import type { EntityModel, LinkModel } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
import { DELETED_AT_COLUMN } from '../naming/engine-names.ts';
import { compareFieldValues } from './compare-values.ts';
import type { Filter, JsonFilter, RelationFilter } from './filter.ts';
import { compareJson, jsonAtPath, jsonContains, jsonEquals, jsonHasKey } from './json-value.ts';
import { compileLike, matchesLike } from './like-pattern.ts';
import { holds, negate, type Truth } from './truth.ts';

/**
 * A record by column name, with values as rows have them: text for bigint, decimal, uuid, date and timestamp, parsed
 * for JSON.
 */
export type FilterRecord = Readonly<Record<string, unknown>>;

/**
 * All records of `target` that a record is linked with, including deleted ones and those that the caller may not see:
 * the evaluator leaves them out itself.
 */
export type RelatedRecords = (
  record: FilterRecord,
  link: LinkModel,
  target: EntityModel,
) => readonly FilterRecord[];

type Part<K extends Filter['kind']> = Extract<Filter, { readonly kind: K }>;

/** What is evaluated, and how to reach what is linked with it. */
interface Subject {
  readonly record: FilterRecord;
  readonly related: RelatedRecords | undefined;
}

/**
 * Whether SQL would find the record by this filter. A comparison with null is unknown, and so is its negation: neither
 * `eq` nor `NOT eq` finds a record whose field is null. `related` is needed for filters with relations.
 * @throws RocketError `INTERNAL_ERROR` for a comparison of a type that has none (no parser makes such a filter), for a
 * relation without `related`, and for full-text search, which only Postgres can do
 */
export function matches(filter: Filter, record: FilterRecord, related?: RelatedRecords): boolean {
  return evaluate(filter, { record, related }) === true;
}

/** The linked records that are there for the caller: neither soft-deleted nor excluded by `access`. */
export function visibleRecords(
  record: FilterRecord,
  through: { readonly link: LinkModel; readonly target: EntityModel; readonly access: Filter },
  related: RelatedRecords | undefined,
): readonly FilterRecord[] {
  if (related === undefined) {
    throw new RocketError('INTERNAL_ERROR', `The records of ${through.link.graphqlName} are not at hand`);
  }
  return related(record, through.link, through.target).filter((other) => {
    const isDeleted = through.target.softDelete && (other[DELETED_AT_COLUMN] ?? null) !== null;
    return !isDeleted && matches(through.access, other, related);
  });
}

/** A record's value of a field; null when it has none. */
export function fieldValue(field: FieldModel, record: FilterRecord): unknown {
  return Object.hasOwn(record, field.name) ? (record[field.name] ?? null) : null;
}

function evaluate(filter: Filter, subject: Subject): Truth {
  switch (filter.kind) {
    case 'all':
      return conjunction(filter.filters, subject);
    case 'any': {
      const none = filter.filters.map((part): Filter => ({ kind: 'not', filter: part }));
      return negate(conjunction(none, subject));
    }
    case 'not':
      return negate(evaluate(filter.filter, subject));
    case 'relation':
      return evaluateRelation(filter, subject);
    case 'search':
      throw new RocketError('INTERNAL_ERROR', 'Full-text search is evaluated by the database alone');
    default:
      return evaluateField(filter, fieldValue(filter.field, subject.record));
  }
}

/** False as soon as one is false, else unknown if one is unknown. */
function conjunction(filters: readonly Filter[], subject: Subject): Truth {
  let truth: Truth = true;
  for (const filter of filters) {
    const part = evaluate(filter, subject);
    if (part === false) return false;
    if (part === null) truth = null;
  }
  return truth;
}

function evaluateRelation(filter: RelationFilter, { record, related }: Subject): boolean {
  const visible = visibleRecords(record, filter, related);
  switch (filter.quantifier) {
    case 'some':
    case 'is':
      return visible.some((other) => matches(filter.filter, other, related));
    case 'none':
      return !visible.some((other) => matches(filter.filter, other, related));
    case 'every':
      return visible.every((other) => matches(filter.filter, other, related));
    default:
      return filter.quantifier satisfies never;
  }
}

function evaluateField(
  filter: Part<'compare' | 'in' | 'isNull' | 'text'> | JsonFilter,
  value: unknown,
): Truth {
  switch (filter.kind) {
    case 'isNull':
      return (value === null) === filter.isNull;
    case 'jsonPathIsNull':
      return ((jsonAtPath(value, filter.path) ?? null) === null) === filter.isNull;
    case 'in':
      return evaluateIn(filter, value);
    case 'compare':
      return value === null
        ? null
        : holds(filter.operator, compareFieldValues(filter.field, value, filter.value));
    case 'text':
      return value === null ? null : evaluateText(filter, String(value));
    case 'jsonContains':
      return value === null ? null : jsonContains(value, JSON.parse(filter.json));
    case 'jsonHasKey':
      return value === null ? null : jsonHasKey(value, filter.key);
    case 'jsonPath':
      return evaluateJsonPath(filter, jsonAtPath(value, filter.path) ?? null);
    default:
      return filter satisfies never;
  }
}

/** Like `= ANY` and `<> ALL` in Postgres: over an empty list they are false and true, even for null. */
function evaluateIn(filter: Part<'in'>, value: unknown): Truth {
  if (filter.values.length === 0) return filter.negated;
  if (value === null) return null;
  const found = filter.values.some((operand) => compareFieldValues(filter.field, value, operand) === 0);
  return found !== filter.negated;
}

function evaluateText(filter: Part<'text'>, value: string): boolean {
  const fold = (text: string) => (filter.ignoreCase ? text.toLowerCase() : text);
  const text = fold(value);
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
    default:
      return filter.operator satisfies never;
  }
}

function evaluateJsonPath(filter: Part<'jsonPath'>, value: unknown): Truth {
  if (value === null) return null;
  const operand: unknown = JSON.parse(filter.json);
  if (filter.operator === 'eq') return jsonEquals(value, operand);
  if (filter.operator === 'ne') return !jsonEquals(value, operand);
  const order = compareJson(value, operand);
  return order === null ? null : holds(filter.operator, order);
}
