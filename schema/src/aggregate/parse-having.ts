/** The `having` argument: conditions on groups. Null and empty operands are refused, as in a `where`. */
import type { FilterValue } from '../filter/filter.ts';
import type { EntityModel } from '../model/app-model.ts';
import { badInput, type InputPath } from '../where/input-place.ts';
import { operandEntries } from '../where/operand-entries.ts';
import { typedValue } from '../where/operand-value.ts';
import type { Having, Measure } from './aggregate.ts';
import { measureType } from './measure-type.ts';
import { measures } from './measures.ts';

/** Most steps from the argument to a value. Postgres parses by recursion too, so depth must be bounded. */
const MAX_PATH_STEPS = 64;
const MAX_CONDITIONS = 100;
const MAX_LIST_VALUES = 1_000;

/** @throws RocketError `BAD_USER_INPUT` that names the place, e.g. `having.OR[0].sum.total.gt` */
export function parseHaving(having: unknown, entity: EntityModel): Having {
  const path = ['having'];
  const parsed = parseGroup(having, entity, path);
  if (countConditions(parsed) > MAX_CONDITIONS)
    throw badInput(path, `may have at most ${MAX_CONDITIONS} conditions`);
  return parsed;
}

function countConditions(having: Having): number {
  if (having.kind === 'not') return countConditions(having.condition);
  if (having.kind !== 'all' && having.kind !== 'any') return 1;
  return having.conditions.reduce((sum, part) => sum + countConditions(part), 0);
}

function parseGroup(operand: unknown, entity: EntityModel, path: InputPath): Having {
  if (path.length > MAX_PATH_STEPS) throw badInput(['having'], 'is nested too deeply');
  return all(
    operandEntries(operand, path).map(([name, value]) =>
      parseMember(name, value, { entity, path: [...path, name] }),
    ),
  );
}

interface Place {
  readonly entity: EntityModel;
  readonly path: InputPath;
}

function parseMember(name: string, operand: unknown, { entity, path }: Place): Having {
  switch (name) {
    case 'AND':
      return { kind: 'all', conditions: parseList(operand, entity, path) };
    case 'OR':
      return { kind: 'any', conditions: parseList(operand, entity, path) };
    case 'NOT':
      return { kind: 'not', condition: parseGroup(operand, entity, path) };
    case 'count':
      return parseConditions({ kind: 'count' }, operand, path);
    default:
      return parseFunction(name, operand, { entity, path });
  }
}

function parseList(operand: unknown, entity: EntityModel, path: InputPath): Having[] {
  if (!Array.isArray(operand) || operand.length === 0)
    throw badInput(path, 'must be a list with at least one condition');
  return operand.map((item: unknown, index) => parseGroup(item, entity, [...path, String(index)]));
}

function parseFunction(name: string, operand: unknown, { entity, path }: Place): Having {
  const known = measures(entity).find((each) => each.function === name);
  if (known === undefined) throw badInput(path, 'is not a value of a group');
  const conditions = operandEntries(operand, path).map(([fieldName, value]) => {
    const place = [...path, fieldName];
    const found = known.fields.find(({ measure }) => measure.field.graphqlName === fieldName);
    if (found === undefined) throw badInput(place, 'is not a value of a group');
    return parseConditions(found.measure, value, place);
  });
  return all(conditions);
}

function parseConditions(measure: Measure, operand: unknown, path: InputPath): Having {
  return all(
    operandEntries(operand, path).map(([operator, value]) =>
      parseOperator(measure, { operator, value }, [...path, operator]),
    ),
  );
}

function parseOperator(measure: Measure, use: { operator: string; value: unknown }, path: InputPath): Having {
  const { operator, value } = use;
  switch (operator) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { kind: 'compare', measure, operator, value: operandValue(measure, value, path) };
    case 'in':
    case 'notIn':
      return {
        kind: 'in',
        measure,
        values: operandValues(measure, value, path),
        negated: operator === 'notIn',
      };
    case 'isNull':
      if (typeof value !== 'boolean') throw badInput(path, 'must be true or false');
      return { kind: 'isNull', measure, isNull: value };
    default:
      throw badInput(path, 'is not an operator on a value of a group');
  }
}

function operandValues(measure: Measure, value: unknown, path: InputPath): FilterValue[] {
  if (!Array.isArray(value)) throw badInput(path, 'must be a list');
  if (value.length === 0) throw badInput(path, 'must not be empty');
  if (value.length > MAX_LIST_VALUES) throw badInput(path, `may have at most ${MAX_LIST_VALUES} values`);
  return value.map((item: unknown, index) => operandValue(measure, item, [...path, String(index)]));
}

function operandValue(measure: Measure, value: unknown, path: InputPath): FilterValue {
  if (value === null || value === undefined) throw badInput(path, 'may not be null; use isNull');
  return typedValue(measureType(measure), value, path);
}

function all(conditions: readonly Having[]): Having {
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { kind: 'all', conditions };
}
