/** Builds a policy from a permission of the document, with the values of its conditions coerced for comparison. */
import { readConditionValue } from '../document/condition-value.ts';
import type { ConditionDefinition, EntityDefinition, PermissionDefinition } from '../document/types.ts';
import { RocketError } from '../errors.ts';
import type { PolicyModel } from './app-model.ts';

/**
 * @throws RocketError `DOCUMENT_INVALID` for a condition that cannot be read, which the check of the document refuses
 */
export function buildPolicy(
  permission: PermissionDefinition,
  entities: ReadonlyMap<string, EntityDefinition>,
): PolicyModel {
  const fields = entities.get(permission.entity)?.fields ?? [];
  return {
    entity: permission.entity,
    action: permission.action,
    roles: new Set(permission.roles.map((role) => role.toLowerCase())),
    conditions: (permission.conditions ?? []).map((condition) => {
      const field = fields.find(({ name }) => name === condition.field);
      const read = field === undefined ? undefined : readConditionValue(condition, field);
      // A condition that cannot be read must never be dropped: that would widen the policy.
      if (read?.ok !== true) {
        throw new RocketError(
          'DOCUMENT_INVALID',
          `A condition on ${JSON.stringify(condition.field)} is not valid`,
        );
      }
      return coercedCondition(condition, read.value);
    }),
  };
}

function coercedCondition(
  condition: ConditionDefinition,
  operand: Extract<ReturnType<typeof readConditionValue>, { ok: true }>['value'],
): ConditionDefinition {
  if (operand.kind === 'one') return { ...condition, value: operand.value };
  return operand.kind === 'many' ? { ...condition, value: operand.values } : condition;
}
