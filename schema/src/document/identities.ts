/**
 * What makes two parts of a document the same one. Two texts of equal meaning have equal identity, so importing a
 * document again adds nothing.
 */
import { canonicalJson } from './canonical-json.ts';
import type {
  PermissionDefinition,
  RuleDefinition,
  StateMachineDefinition,
  UiConfigDefinition,
} from './types.ts';
import type { WebhookDefinition } from './webhook-definition.ts';

export function ruleIdentity(rule: RuleDefinition): string {
  return canonicalJson([rule.entity, rule.hook ?? 'before_write', rule.type, rule.definition]);
}

export function stateMachineIdentity(machine: StateMachineDefinition): string {
  return canonicalJson([machine.entity, machine.field]);
}

/**
 * Several policies for one entity and action are legal; only equal ones are repeats. Roles compare as a set, without
 * case.
 */
export function permissionIdentity(permission: PermissionDefinition): string {
  const roles = [...new Set(permission.roles.map((role) => role.toLowerCase()))].sort();
  return canonicalJson([permission.entity, permission.action, roles, permission.conditions ?? []]);
}

export function webhookIdentity(webhook: WebhookDefinition): string {
  return canonicalJson([webhook.entity, webhook.hook ?? 'after_write', webhook.url]);
}

export function uiConfigIdentity(config: UiConfigDefinition): string {
  return canonicalJson([config.entity, config.scope ?? 'default']);
}
