import { ADMIN_ROLE, PUBLIC_ROLE } from '../../../access/policy.ts';
import type { WorkflowModel } from '../../../workflows/workflow-model.ts';
import type { JsonPath } from '../../faults/json-path.ts';
import { didYouMean } from '../../faults/nearest-name.ts';
import { showValue } from '../../faults/show-value.ts';
import type { WorkflowDefinition } from '../../types.ts';
import type { CheckContext, Located } from '../context.ts';

/** Roles that a workflow names and nothing else does: they may be misspelt, and then nobody can decide or start. */
export function checkRoles(
  context: CheckContext,
  { value, path }: Located<WorkflowDefinition>,
  { steps, trigger }: WorkflowModel,
): void {
  const known = knownRoles(context);
  const lower = new Set([ADMIN_ROLE, PUBLIC_ROLE, ...known.map((role) => role.toLowerCase())]);
  const check = (role: string, place: JsonPath) => {
    if (lower.has(role.toLowerCase())) return;
    const message = `No permission and no transition names the role ${showValue(role)}`;
    context.faults.warning([...path, ...place], message, () => didYouMean(role, known));
  };
  if (trigger.kind === 'manual') {
    const isList = Array.isArray(value.trigger['roles']);
    for (const [index, role] of (trigger.roles ?? []).entries())
      check(role, isList ? ['trigger', 'roles', index] : ['trigger', 'roles']);
  }
  for (const [index, { id }] of value.steps.entries()) {
    const step = steps.get(id);
    if (step?.kind === 'approval' && step.assignee.kind === 'role')
      check(step.assignee.role, ['steps', index, 'assignee', 'role']);
  }
}

function knownRoles({ parts }: CheckContext): readonly string[] {
  const transitions = parts.state_machines.flatMap(({ value }) => value.definition.transitions);
  return [
    ...new Set([
      ...parts.permissions.flatMap(({ value }) => value.roles),
      ...transitions.flatMap(({ roles }) => roles ?? []),
    ]),
  ];
}
