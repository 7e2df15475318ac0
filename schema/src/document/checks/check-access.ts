import { ASKS_FOR_VALUES, readConditionValue } from '../condition-value.ts';
import type { JsonPath } from '../faults/json-path.ts';
import type { ConditionDefinition, FieldDefinition, JsonValue, PermissionDefinition } from '../types.ts';
import { checkFieldValue } from './check-field-value.ts';
import { type CheckContext, findEntity, findField, type Located } from './context.ts';

/** Permissions and their conditions, and the list of entities that other apps may relate to. */
export function checkAccess(context: CheckContext): void {
  for (const permission of context.parts.permissions) checkPermission(context, permission);
  for (const { value, path } of context.parts.exports) findEntity(context, value, path);
}

function checkPermission(context: CheckContext, { value, path }: Located<PermissionDefinition>): void {
  const entity = findEntity(context, value.entity, [...path, 'entity']);
  if (value.roles.length === 0) {
    context.faults.warning([...path, 'roles'], 'The permission names no role, so it allows nobody');
  }
  if (entity === undefined) return;
  for (const [index, condition] of (value.conditions ?? []).entries()) {
    const place = [...path, 'conditions', index];
    const field = findField(context, entity, { value: condition.field, path: [...place, 'field'] });
    if (field === undefined) continue;
    const read = readConditionValue(condition, field);
    if (!read.ok) {
      context.faults.error([...place, 'value'], read.message, read.hint);
      continue;
    }
    checkListed(context, field, { value: condition, path: place });
    checkCaller(context, { value: condition.value, path: [...place, 'value'] });
  }
}

function checkListed(
  context: CheckContext,
  field: FieldDefinition,
  { value: condition, path }: Located<ConditionDefinition>,
): void {
  if (field.enum === undefined || !ASKS_FOR_VALUES.has(condition.operator)) return;
  const { value } = condition;
  const place: JsonPath = [...path, 'value'];
  const literals = isList(value)
    ? value.map((item, index) => ({ value: item, path: [...place, index] }))
    : [{ value, path: place }];
  for (const literal of literals) {
    // Null and references to the caller are not checked against the field's list of values.
    if (typeof literal.value !== 'object') checkFieldValue(context, field, literal);
  }
}

/**
 * An operand `{"user": "id"}` may have no other properties: they would be ignored, and the condition would be wider.
 */
function checkCaller(context: CheckContext, { value, path }: Located<JsonValue>): void {
  if (typeof value !== 'object' || value === null || isList(value)) return;
  for (const name of Object.keys(value).filter((key) => key !== 'user')) {
    const message = `There is no property ${JSON.stringify(name)} beside the caller`;
    context.faults.error([...path, name], message, 'Write a condition of its own');
  }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
