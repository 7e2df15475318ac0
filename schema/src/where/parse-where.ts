/**
 * A GraphQL `where` argument, already coerced by the executor, as a filter. Null and empty operands are refused: in
 * other engines `{name: {eq: null}}` or `NOT: {}` silently means everything or nothing, and a deleted variable then
 * returns or updates every record.
 */
import { RocketError } from '../errors.ts';
import type { Filter, FilterValue } from '../filter/filter.ts';
import type { EntityModel, FieldModel } from '../model/app-model.ts';
import { keyValue } from './key-value.ts';

type Path = readonly string[];

/** Steps from the argument to a value. Postgres parses by recursion too, and its stack is 2 MB. */
const MAX_PATH_STEPS = 64;
/** A statement has room for 65,535 bound values, and each condition is planned on its own. */
const MAX_CONDITIONS = 1_000;
const MAX_LIST_VALUES = 10_000;

/** @throws RocketError `BAD_USER_INPUT` that names the place, e.g. `where.AND[0].name.eq`. */
export function parseWhere(where: unknown, entity: EntityModel): Filter {
  const path = ['where'];
  const filter = parseGroup(where, entity, path);
  if (countConditions(filter) > MAX_CONDITIONS)
    throw bad(path, `may have at most ${MAX_CONDITIONS} conditions`);
  return filter;
}

function countConditions(filter: Filter): number {
  if (filter.kind === 'not') return countConditions(filter.filter);
  if (filter.kind !== 'all' && filter.kind !== 'any') return 1;
  return filter.filters.reduce((sum, part) => sum + countConditions(part), 0);
}

function parseGroup(where: unknown, entity: EntityModel, path: Path): Filter {
  if (path.length > MAX_PATH_STEPS) throw bad(['where'], 'is nested too deeply');
  const entries = operandEntries(where, path);
  const filters = entries.map(([key, operand]) => parseEntry(entity, [key, operand], [...path, key]));
  return all(filters);
}

function parseEntry(entity: EntityModel, [key, operand]: [string, unknown], path: Path): Filter {
  switch (key) {
    case 'AND':
      return { kind: 'all', filters: parseList(operand, entity, path) };
    case 'OR':
      return { kind: 'any', filters: parseList(operand, entity, path) };
    case 'NOT':
      return { kind: 'not', filter: parseGroup(operand, entity, path) };
    default: {
      const field = entity.fieldByGraphqlName.get(key);
      if (field === undefined) throw bad(path, 'is not a field');
      return parseFieldFilter(field, operand, path);
    }
  }
}

function parseList(operand: unknown, entity: EntityModel, path: Path): Filter[] {
  if (!Array.isArray(operand) || operand.length === 0)
    throw bad(path, 'must be a list with at least one filter');
  return operand.map((item, index) => parseGroup(item, entity, [...path, String(index)]));
}

function parseFieldFilter(field: FieldModel, operand: unknown, path: Path): Filter {
  return all(
    operandEntries(operand, path).map(([operator, value]) =>
      parseOperator(field, { operator, value }, [...path, operator]),
    ),
  );
}

function parseOperator(field: FieldModel, use: { operator: string; value: unknown }, path: Path): Filter {
  const { operator, value } = use;
  switch (operator) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { kind: 'compare', field, operator, value: operandValue(field, value, path) };
    case 'in':
    case 'notIn':
      return { kind: 'in', field, values: operandValues(field, value, path), negated: operator === 'notIn' };
    case 'isNull':
      if (typeof value !== 'boolean') throw bad(path, 'must be true or false');
      return { kind: 'isNull', field, isNull: value };
    default:
      return parseTextOperator(field, use, path);
  }
}

const TEXT_OPERATORS = {
  like: { operator: 'like', ignoreCase: false },
  ilike: { operator: 'like', ignoreCase: true },
  startsWith: { operator: 'startsWith', ignoreCase: false },
  istartsWith: { operator: 'startsWith', ignoreCase: true },
  endsWith: { operator: 'endsWith', ignoreCase: false },
  iendsWith: { operator: 'endsWith', ignoreCase: true },
  contains: { operator: 'contains', ignoreCase: false },
  icontains: { operator: 'contains', ignoreCase: true },
} as const;

function parseTextOperator(field: FieldModel, use: { operator: string; value: unknown }, path: Path): Filter {
  const known = Object.entries(TEXT_OPERATORS).find(([name]) => name === use.operator)?.[1];
  if (known === undefined) throw bad(path, 'is not an operator');
  if (typeof use.value !== 'string') throw bad(path, 'must be a text');
  if (use.value.includes('\0')) throw bad(path, 'may not contain a NUL character');
  // A pattern that ends in a lone backslash is an error in SQL; say so here, where the place is known.
  if (known.operator === 'like' && /(^|[^\\])(\\\\)*\\$/.test(use.value))
    throw bad(path, 'ends in a lone backslash');
  return { kind: 'text', field, value: use.value, ...known };
}

function operandValues(field: FieldModel, value: unknown, path: Path): FilterValue[] {
  if (!Array.isArray(value)) throw bad(path, 'must be a list');
  if (value.length === 0) throw bad(path, 'must not be empty');
  if (value.length > MAX_LIST_VALUES) throw bad(path, `may have at most ${MAX_LIST_VALUES} values`);
  return value.map((item, index) => operandValue(field, item, [...path, String(index)]));
}

function operandValue(field: FieldModel, value: unknown, path: Path): FilterValue {
  if (value === null || value === undefined) throw bad(path, 'may not be null; use isNull');
  if (field.isPrimaryKey || field.isForeignKey) {
    const key = keyValue(field, value);
    if (key === null) throw bad(path, `is not a valid ${field.type} key`);
    return key;
  }
  if (typeof value === 'string') {
    if (value.includes('\0')) throw bad(path, 'may not contain a NUL character');
    return value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  throw bad(path, 'has a value of the wrong type');
}

function operandEntries(operand: unknown, path: Path): [string, unknown][] {
  if (operand === null || typeof operand !== 'object') throw bad(path, 'may not be null');
  const entries = Object.entries(operand).filter(([, value]) => value !== undefined);
  if (entries.length === 0) throw bad(path, 'may not be empty');
  return entries;
}

function all(filters: readonly Filter[]): Filter {
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : { kind: 'all', filters };
}

function bad(path: Path, what: string): RocketError {
  const place = path
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
  return new RocketError('BAD_USER_INPUT', `${place} ${what}`, { details: { path: [...path] } });
}
