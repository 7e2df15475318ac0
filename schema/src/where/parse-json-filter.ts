/** Conditions on the value of a JSON field: `contains`, `hasKey`, `isNull`, `path`. */
import type { Filter } from '../filter/filter.ts';
import type { FieldModel } from '../model/field-model.ts';
import { numberText } from '../values/exact-json.ts';
import { badInput, type InputPath } from './input-place.ts';
import { jsonOperand } from './json-operand.ts';
import { operandEntries } from './operand-entries.ts';
import { storableText } from './operand-value.ts';

const MAX_PATH_STEPS = 32;

/** One operator of a JSON field, or all those on the value at one path. @throws RocketError `BAD_USER_INPUT` */
export function parseJsonOperator(
  field: FieldModel,
  use: { operator: string; value: unknown },
  path: InputPath,
): readonly Filter[] {
  switch (use.operator) {
    case 'contains':
      return [{ kind: 'jsonContains', field, json: jsonOperand(use.value, path) }];
    case 'hasKey':
      return [{ kind: 'jsonHasKey', field, key: storableText(use.value, path) }];
    case 'isNull':
      return [{ kind: 'isNull', field, isNull: trueOrFalse(use.value, path) }];
    case 'path':
      return parsePathFilter(field, use.value, path);
    default:
      throw badInput(path, 'is not an operator of a JSON field');
  }
}

export function trueOrFalse(value: unknown, path: InputPath): boolean {
  if (typeof value !== 'boolean') throw badInput(path, 'must be true or false');
  return value;
}

function parsePathFilter(field: FieldModel, operand: unknown, path: InputPath): readonly Filter[] {
  const entries = operandEntries(operand, path);
  const steps = jsonPath(entries.find(([name]) => name === 'path')?.[1], [...path, 'path']);
  const operators = entries.filter(([name]) => name !== 'path');
  if (operators.length === 0) throw badInput(path, 'needs an operator beside path, such as eq or isNull');
  return operators.map(([operator, value]) =>
    parsePathOperator({ field, path: steps }, { operator, value }, [...path, operator]),
  );
}

function jsonPath(value: unknown, path: InputPath): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_PATH_STEPS)
    throw badInput(path, `must be a list of 1 to ${MAX_PATH_STEPS} texts`);
  return value.map((step, index) => storableText(step, [...path, String(index)]));
}

function parsePathOperator(
  at: { readonly field: FieldModel; readonly path: readonly string[] },
  use: { operator: string; value: unknown },
  path: InputPath,
): Filter {
  const { operator, value } = use;
  switch (operator) {
    case 'isNull':
      return { kind: 'jsonPathIsNull', ...at, isNull: trueOrFalse(value, path) };
    case 'eq':
    case 'ne':
      return { kind: 'jsonPath', ...at, operator, json: jsonOperand(value, path) };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      const json = jsonOperand(value, path);
      if (numberText(value) === null && typeof value !== 'string')
        throw badInput(path, 'must be a number or a text: other JSON values have no order');
      return { kind: 'jsonPath', ...at, operator, json };
    }
    default:
      throw badInput(path, 'is not an operator on the value at a path');
  }
}
