/** Conditions on one field: `{eq: 1}`, `{like: "a%", isNull: false}`. */
import type { Filter, FilterValue } from '../filter/filter.ts';
import { isPattern, MAX_PATTERN_LENGTH } from '../filter/like-pattern.ts';
import type { FieldModel } from '../model/field-model.ts';
import { badInput, type InputPath } from './input-place.ts';
import { operandEntries } from './operand-entries.ts';
import { operandValue, storableText } from './operand-value.ts';
import { parseJsonOperator, trueOrFalse } from './parse-json-filter.ts';

const MAX_LIST_VALUES = 10_000;

/** From this length on, parsing a list again costs more than a look-up of the parsed values. */
const LONG_LIST = 100;

/**
 * Values of long lists, by the list and the field that they are compared with. A variable is one list wherever it is
 * used, so a list that is used a hundred times is parsed once, and the code that binds values sees that they are the
 * same.
 */
const LONG_LISTS = new WeakMap<readonly unknown[], Map<FieldModel, readonly FilterValue[]>>();

interface OperatorUse {
  readonly operator: string;
  readonly value: unknown;
}

/** One filter for each operator; all of them must hold. @throws RocketError `BAD_USER_INPUT` */
export function parseFieldFilter(field: FieldModel, operand: unknown, path: InputPath): readonly Filter[] {
  return operandEntries(operand, path).flatMap(([operator, value]) =>
    parseOperator(field, { operator, value }, [...path, operator]),
  );
}

function parseOperator(field: FieldModel, use: OperatorUse, path: InputPath): readonly Filter[] {
  if (field.type === 'json') return parseJsonOperator(field, use, path);
  if (use.operator === 'isNull') return [{ kind: 'isNull', field, isNull: trueOrFalse(use.value, path) }];
  if (field.type === 'file') throw badInput(path, 'is not an operator of a file');
  return [parseValueOperator(field, use, path)];
}

function parseValueOperator(field: FieldModel, { operator, value }: OperatorUse, path: InputPath): Filter {
  switch (operator) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { kind: 'compare', field, operator, value: presentValue(field, value, path) };
    case 'in':
    case 'notIn':
      return { kind: 'in', field, values: presentValues(field, value, path), negated: operator === 'notIn' };
    default:
      return parseTextOperator(field, { operator, value }, path);
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

function parseTextOperator(field: FieldModel, use: OperatorUse, path: InputPath): Filter {
  const known = Object.entries(TEXT_OPERATORS).find(([name]) => name === use.operator)?.[1];
  if (known === undefined) throw badInput(path, 'is not an operator');
  const value = storableText(use.value, path);
  if (isPattern(known.operator) && value.length > MAX_PATTERN_LENGTH)
    throw badInput(path, `may have at most ${MAX_PATTERN_LENGTH} characters`);
  // A pattern that ends in a lone backslash is an error in SQL; say so here, where the place is known.
  if (known.operator === 'like' && /(^|[^\\])(\\\\)*\\$/.test(value))
    throw badInput(path, 'ends in a lone backslash');
  return { kind: 'text', field, value, ...known };
}

function presentValues(field: FieldModel, value: unknown, path: InputPath): readonly FilterValue[] {
  if (!Array.isArray(value)) throw badInput(path, 'must be a list');
  if (value.length === 0) throw badInput(path, 'must not be empty');
  if (value.length > MAX_LIST_VALUES) throw badInput(path, `may have at most ${MAX_LIST_VALUES} values`);
  const known = LONG_LISTS.get(value)?.get(field);
  if (known !== undefined) return known;
  const values = value.map((item, index) => presentValue(field, item, [...path, String(index)]));
  if (value.length >= LONG_LIST)
    LONG_LISTS.set(
      value,
      (LONG_LISTS.get(value) ?? new Map<FieldModel, readonly FilterValue[]>()).set(field, values),
    );
  return values;
}

function presentValue(field: FieldModel, value: unknown, path: InputPath): FilterValue {
  if (value === null || value === undefined) throw badInput(path, 'may not be null; use isNull');
  return operandValue(field, value, path);
}
