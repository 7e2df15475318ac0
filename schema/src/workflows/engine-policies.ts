/** Who may read instances and approvals of workflows: made of the document, which does not say it itself. */
import { PUBLIC_ROLE } from '../access/policy.ts';
import type {
  AppDocument,
  ConditionDefinition,
  JsonValue,
  PermissionDefinition,
  WorkflowDefinition,
} from '../document/types.ts';
import { WORKFLOW_APPROVAL, WORKFLOW_HISTORY_ENTRY, WORKFLOW_INSTANCE } from './engine-entities.ts';

type Named = Pick<AppDocument, 'permissions' | 'state_machines' | 'workflows'>;

/**
 * Instances are seen by roles that may read every record of the entity they are about, and by those that one of the
 * workflow's approvals names; approvals by the role that is asked. Both are seen by who started the instance and by
 * who is or was asked. Everybody has the role {@link PUBLIC_ROLE}, also who is not signed in: it shows nobody anything
 * but what is theirs.
 */
export function enginePermissions(document: Named): readonly PermissionDefinition[] {
  if (document.workflows.length === 0) return [];
  return [
    ...byRole(readersOf(document), 'entity'),
    ...byRole(approversOf(document), 'workflow'),
    ...mine(WORKFLOW_INSTANCE, ['started_by', 'approver_id']),
    ...[...approvalRoles(document)].map((role) =>
      read(WORKFLOW_APPROVAL, role, [{ field: 'assignee_role', operator: 'eq', value: role }]),
    ),
    ...mine(WORKFLOW_APPROVAL, ['assignee_id', 'started_by']),
    // It is reached through its instance alone.
    read(WORKFLOW_HISTORY_ENTRY, PUBLIC_ROLE, []),
  ];
}

/** Roles that approvals can be assigned to, so that their members see them: all that the document names. Sorted. */
export function approvalRoles({
  permissions,
  state_machines: machines,
  workflows,
}: Named): ReadonlySet<string> {
  const named = [
    ...permissions.flatMap(({ roles }) => roles),
    ...machines.flatMap(({ definition }) => definition.transitions.flatMap(({ roles = [] }) => roles)),
    ...workflows.flatMap((workflow) => [...stepRoles(workflow), ...texts(workflow.trigger['roles'])]),
  ];
  return new Set(named.map(lower).filter(isShown).sort());
}

/** A role with a name it reads: an entity, or a workflow. */
type Grant = readonly [role: string, name: string];

function readersOf({ permissions, workflows }: Named): Grant[] {
  const about = new Set(workflows.flatMap(({ trigger }) => texts([trigger['entity'] ?? null])));
  return permissions
    .filter(({ entity, action, conditions = [] }) => {
      return action === 'read' && conditions.length === 0 && about.has(entity);
    })
    .flatMap(({ entity, roles }) => roles.map((role): Grant => [lower(role), entity]));
}

function approversOf({ workflows }: Named): Grant[] {
  return workflows.flatMap((workflow) =>
    stepRoles(workflow).map((role): Grant => [lower(role), workflow.name]),
  );
}

/** Read from the definition as it is: also one that cannot run any more has instances. */
function stepRoles({ steps }: WorkflowDefinition): string[] {
  return steps.flatMap(({ type, assignee }) => {
    if (type !== 'approval' || typeof assignee !== 'object' || assignee === null) return [];
    return 'role' in assignee ? texts([assignee['role'] ?? null]) : [];
  });
}

/** A policy for each role, with all that it reads. */
function byRole(grants: readonly Grant[], field: 'entity' | 'workflow'): PermissionDefinition[] {
  const byName = Map.groupBy(
    grants.filter(([role]) => isShown(role)),
    ([role]) => role,
  );
  return [...byName].map(([role, own]) => {
    const value = [...new Set(own.map(([, name]) => name))].sort();
    return read(WORKFLOW_INSTANCE, role, [{ field, operator: 'in', value }]);
  });
}

/** What names the caller in one of the fields. Nobody who is not signed in is named. */
function mine(entity: string, fields: readonly string[]): PermissionDefinition[] {
  return fields.map((field) => read(entity, PUBLIC_ROLE, [{ field, operator: 'eq', value: { user: 'id' } }]));
}

function read(
  entity: string,
  role: string,
  conditions: readonly ConditionDefinition[],
): PermissionDefinition {
  return { entity, action: 'read', roles: [role], conditions };
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function lower(role: string): string {
  return role.toLowerCase();
}

function isShown(role: string): boolean {
  return role !== PUBLIC_ROLE;
}
