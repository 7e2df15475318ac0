/** The format's own example of a workflow. */

/** Spelled out in an object, it would look like a promise. */
const THEN = 'then';
const grant = (action: string, roles: readonly string[]) => ({ entity: 'leave_request', action, roles });

/** The document of section 9 of the format. @param timeout of the approval, such as `48h` */
export const leaveApproval = (timeout: string) => ({
  version: 1,
  entities: [
    {
      ...{ name: 'leave_request', table: 'leave_requests' },
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [
        { name: 'id', type: 'uuid' },
        { name: 'days', type: 'integer', required: true },
        { name: 'status', type: 'string', default: 'pending' },
      ],
    },
  ],
  permissions: [
    grant('read', ['manager']),
    grant('create', ['employee']),
    // Who may not read every request does not see every instance.
    { ...grant('read', ['employee']), conditions: [{ field: 'days', operator: 'gt', value: 0 }] },
  ],
  workflows: [
    {
      ...{ name: 'leave_approval', active: true },
      trigger: { type: 'state_change', entity: 'leave_request', field: 'status', to: 'pending' },
      context: { record_id: 'trigger.record_id', days: 'record.days' },
      steps: [
        {
          ...{ id: 'check', type: 'condition', expression: 'context.days > 5' },
          ...{ on_true: { goto: 'boss' }, on_false: { goto: 'ok' } },
        },
        {
          ...{ id: 'boss', type: 'approval', assignee: { type: 'role', role: 'manager' }, timeout },
          ...{ on_approve: { goto: 'ok' }, on_reject: 'end', on_timeout: { goto: 'ok' } },
        },
        {
          ...{ id: 'ok', type: 'action', [THEN]: 'end' },
          actions: [
            {
              ...{ type: 'set_field', entity: 'leave_request', record_id: 'context.record_id' },
              ...{ field: 'status', value: 'approved' },
            },
          ],
        },
      ],
    },
  ],
});
