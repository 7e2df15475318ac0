/** Which approvals wait for a decision, and for whose. */
import {
  type Caller,
  type EntityModel,
  type FieldModel,
  type Filter,
  MATCH_NONE,
  RocketError,
  rolesOf,
} from '@rocket/schema';

/** What the argument `assignee` says. */
export type Assignee = 'ME' | 'ANYONE';

/**
 * Beside what the caller may see. ME: those that are assigned to their id or to one of their roles, also where they see
 * more. The scope by which answers are shared has the caller's id and roles, as approvals are private.
 */
export function pendingFilter(approval: EntityModel, assignee: Assignee, caller: Caller): Filter {
  const status = fieldOf(approval, 'status');
  const pending: Filter = { kind: 'compare', field: status, operator: 'eq', value: 'pending' };
  return assignee === 'ANYONE' ? pending : { kind: 'all', filters: [pending, assignedTo(approval, caller)] };
}

/** @throws RocketError `INTERNAL_ERROR` for what the schema does not have */
export function assigneeOf(value: unknown): Assignee {
  if (value === 'ME' || value === 'ANYONE') return value;
  throw new RocketError('INTERNAL_ERROR', 'The argument assignee has a value of no ApprovalAssignee');
}

function assignedTo(approval: EntityModel, caller: Caller): Filter {
  if (caller.userId === null) return MATCH_NONE;
  const byRole: Filter = {
    kind: 'in',
    field: fieldOf(approval, 'assignee_role'),
    values: [...rolesOf(caller)].sort(),
    negated: false,
  };
  const byId: Filter = {
    kind: 'compare',
    field: fieldOf(approval, 'assignee_id'),
    operator: 'eq',
    value: caller.userId,
  };
  return { kind: 'any', filters: [byRole, byId] };
}

function fieldOf(approval: EntityModel, name: string): FieldModel {
  const field = approval.fieldByName.get(name);
  if (field !== undefined) return field;
  throw new RocketError('INTERNAL_ERROR', `${approval.name} has no field ${name}`);
}
