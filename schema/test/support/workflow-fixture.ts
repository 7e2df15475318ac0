import { entity, type JsonObject } from './document-fixture.ts';

const STATUS = { name: 'status', type: 'string', enum: ['open', 'done'] };

/** A workflow that asks a role whenever a ticket is done. */
export function approvalWorkflow(name: string, role: string, extra: JsonObject = {}): JsonObject {
  return {
    name,
    trigger: { type: 'state_change', entity: 'ticket', field: 'status', to: 'done' },
    steps: [{ id: 'ask', type: 'approval', assignee: { type: 'role', role } }],
    ...extra,
  };
}

/** Tickets that agents read whole, customers their own ones; a supervisor is asked. */
export const DESK: JsonObject = {
  entities: [entity('ticket', [STATUS, { name: 'owner_id', type: 'uuid' }]), entity('note')],
  permissions: [
    { entity: 'ticket', action: 'read', roles: ['Agent', 'public'] },
    {
      entity: 'ticket',
      action: 'read',
      roles: ['customer'],
      conditions: [{ field: 'owner_id', operator: 'eq', value: { user: 'id' } }],
    },
    { entity: 'note', action: 'read', roles: ['writer'] },
  ],
  workflows: [approvalWorkflow('closing', 'Supervisor')],
};

export const { workflows: _, ...DESK_WITHOUT } = DESK;
