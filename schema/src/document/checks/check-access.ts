import { readConditionValue } from '../condition-value.ts';
import type { PermissionDefinition } from '../types.ts';
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
    if (!read.ok) context.faults.error([...place, 'value'], read.message, read.hint);
  }
}
