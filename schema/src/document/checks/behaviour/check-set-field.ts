import type { JsonPath } from '../../faults/json-path.ts';
import type { FieldDefinition, JsonValue } from '../../types.ts';
import { checkStoredValue } from '../check-field-value.ts';
import { type CheckContext, type EntityEntry, findField, type Located } from '../context.ts';

/** A `set_field` action of a transition or of a workflow. Gives the field, where there is one. */
export function checkSetField(
  context: CheckContext,
  entity: EntityEntry,
  action: Located<{ readonly [key: string]: JsonValue }>,
): FieldDefinition | undefined {
  const path: JsonPath = [...action.path, 'field'];
  const name = action.value['field'];
  if (typeof name !== 'string') {
    context.faults.error(path, 'The action must name a field');
    return undefined;
  }
  const field = findField(context, entity, { value: name, path });
  const literal = action.value['value'];
  if (literal === undefined) {
    const message = 'The action must give a value: a literal, "now", or null to empty the field';
    context.faults.error([...action.path, 'value'], message);
  }
  // "now" is the current time.
  if (field === undefined || literal === undefined || literal === null || literal === 'now') return field;
  checkStoredValue(context, field, { value: literal, path: [...action.path, 'value'] });
  return field;
}
