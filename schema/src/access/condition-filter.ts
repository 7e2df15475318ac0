import { readConditionValue } from '../document/condition-value.ts';
import type { ConditionDefinition } from '../document/types.ts';
import { RocketError } from '../errors.ts';
import { type Filter, type FilterValue, MATCH_NONE } from '../filter/filter.ts';
import type { EntityModel } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
import type { Caller } from '../protocol/call-context.ts';
import { uuidText } from '../values/uuid.ts';

/**
 * One condition of a policy, for one caller.
 * @throws RocketError `INTERNAL_ERROR` when it does not fit the model; parsing the document refuses such conditions
 */
export function conditionFilter(condition: ConditionDefinition, entity: EntityModel, caller: Caller): Filter {
  const field = entity.fieldByName.get(condition.field);
  const read = field === undefined ? undefined : readConditionValue(condition, field);
  if (field === undefined || read?.ok !== true) {
    throw new RocketError(
      'INTERNAL_ERROR',
      `The condition on ${JSON.stringify(condition.field)} is not valid`,
    );
  }
  switch (read.value.kind) {
    case 'null':
      return { kind: 'isNull', field, isNull: condition.operator === 'eq' };
    case 'many':
      return { kind: 'in', field, values: read.value.values, negated: condition.operator === 'not_in' };
    case 'one':
      return comparison(condition, field, read.value.value);
    case 'caller': {
      const value = callerValue(field, read.value.property === 'id' ? caller.userId : caller.email);
      // An anonymous caller owns nothing, and "not mine" must not mean everything for them either.
      return value === null ? MATCH_NONE : comparison(condition, field, value);
    }
  }
}

/**
 * Null when the caller has no such value, or none that the column could hold: an external issuer's ids need not be
 * UUIDs.
 */
function callerValue(field: FieldModel, value: string | null): string | null {
  return field.type === 'uuid' ? uuidText(value) : value;
}

function comparison(condition: ConditionDefinition, field: FieldModel, value: FilterValue): Filter {
  switch (condition.operator) {
    case 'like':
      return { kind: 'text', field, operator: 'like', value: String(value), ignoreCase: false };
    case 'neq':
      return { kind: 'compare', field, operator: 'ne', value };
    case 'in':
    case 'not_in':
      return { kind: 'in', field, values: [value], negated: condition.operator === 'not_in' };
    default:
      return { kind: 'compare', field, operator: condition.operator, value };
  }
}
