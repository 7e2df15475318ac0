/** `related_load`: which records of which relations an expression reads. */
import { z } from 'zod';
import { ASKS_FOR_VALUES, type ConditionValue, readConditionValue } from '../document/condition-value.ts';
import { didYouMean, didYouMeanOf } from '../document/faults/nearest-name.ts';
import { showValue } from '../document/faults/show-value.ts';
import { CONDITION_OPERATORS, type ConditionDefinition, type JsonValue } from '../document/types.ts';
import type { FieldModel } from '../model/field-model.ts';
import type { RelatedLoad } from './behaviour-model.ts';
import type { BehaviourScope, RelatedSide } from './behaviour-scope.ts';
import type { Report } from './read-expression.ts';

const loadShape = z.strictObject({ relation: z.string(), filter: z.unknown().optional() });
const conditionShape = z.strictObject({
  field: z.string(),
  operator: z.enum(CONDITION_OPERATORS),
  value: z.custom<JsonValue>((value) => value !== undefined),
});

/** Null when something is wrong, which is reported. */
export function readRelated(
  given: JsonValue | undefined,
  scope: BehaviourScope,
  report: Report,
): readonly RelatedLoad[] | null {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) {
    report([], `${showValue(given)} must be a list`, 'Write [{"relation": "NAME"}]');
    return null;
  }
  const loads = new Map<string, RelatedLoad>();
  for (const [index, item] of given.entries()) {
    const at: Report = (path, message, hint) => report([index, ...path], message, hint);
    const load = readLoad(item, scope, at);
    if (load === null) continue;
    if (loads.has(load.relation)) at(['relation'], `${showValue(load.relation)} is loaded twice`);
    loads.set(load.relation, load);
  }
  return loads.size === given.length ? [...loads.values()] : null;
}

function readLoad(item: unknown, scope: BehaviourScope, report: Report): RelatedLoad | null {
  const parsed = loadShape.safeParse(typeof item === 'string' ? { relation: item } : item);
  if (!parsed.success) {
    report([], `${showValue(item)} names no relation`, 'Write {"relation": "NAME"}, with a filter or none');
    return null;
  }
  const { relation, filter } = parsed.data;
  const side = scope.relations.get(relation);
  if (side === undefined) {
    const message = `Entity ${JSON.stringify(scope.entity)} has no relation ${showValue(relation)} within this app`;
    report(['relation'], message, () => didYouMeanOf('Known', relation, scope.relations.keys()));
    return null;
  }
  const conditions = readFilter(filter, side, report);
  return conditions === null ? null : { relation, target: side.target, many: side.many, conditions };
}

/** A list of conditions as permissions have them, or an object of fields and the values they must have. */
function readFilter(given: unknown, side: RelatedSide, report: Report): ConditionDefinition[] | null {
  if (given === undefined || given === null) return [];
  const list = Array.isArray(given) ? given : equalities(given);
  if (list === null) {
    report(['filter'], `${showValue(given)} is no filter`, 'Write {"FIELD": VALUE}');
    return null;
  }
  const conditions: ConditionDefinition[] = [];
  for (const [index, item] of list.entries()) {
    const path = Array.isArray(given) ? ['filter', index] : ['filter'];
    const condition = readCondition(item, side, (message, hint) => report(path, message, hint));
    if (condition !== null) conditions.push(condition);
  }
  return conditions.length === list.length ? conditions : null;
}

/** A value that the field never has, by its `enum`. */
function unknownValue({ enumValues }: FieldModel, value: ConditionValue): string | undefined {
  if (enumValues === undefined || value.kind === 'null' || value.kind === 'caller') return undefined;
  const texts = (value.kind === 'one' ? [value.value] : value.values).map(String);
  return texts.find((text) => !enumValues.includes(text));
}

function equalities(given: unknown): unknown[] | null {
  if (typeof given !== 'object' || given === null) return null;
  return Object.entries(given).map(([field, value]) => ({
    field,
    operator: Array.isArray(value) ? 'in' : 'eq',
    value,
  }));
}

function readCondition(
  item: unknown,
  side: RelatedSide,
  report: (message: string, hint?: string) => void,
): ConditionDefinition | null {
  const parsed = conditionShape.safeParse(item);
  if (!parsed.success) {
    report(`${showValue(item)} is no condition`, 'Write {"field": "NAME", "operator": "eq", "value": VALUE}');
    return null;
  }
  const field = side.fields.get(parsed.data.field);
  if (field === undefined) {
    const message = `Entity ${JSON.stringify(side.target)} has no field ${JSON.stringify(parsed.data.field)}`;
    report(message, didYouMean(parsed.data.field, side.fields.keys()));
    return null;
  }
  const { name, type, scale } = field;
  const definition = { name, type, ...(scale === undefined ? {} : { precision: scale }) };
  const read = readConditionValue(parsed.data, definition);
  if (!read.ok) {
    report(read.message, read.hint);
    return null;
  }
  const unknown = ASKS_FOR_VALUES.has(parsed.data.operator) ? unknownValue(field, read.value) : undefined;
  if (unknown === undefined) return parsed.data;
  const allowed = didYouMeanOf('Allowed', unknown, field.enumValues ?? []);
  report(`${showValue(unknown)} is not a value of ${JSON.stringify(name)}`, allowed);
  return null;
}
