/** A document with everything that an app's database can hold. */
import { leaveApproval } from '../../conformance/leave-approval.ts';

const [APPROVAL] = leaveApproval('48h').workflows;
/** Spelled out in an object, it would look like a promise. */
const THEN = 'then';

const entity = (name: string, type: string, fields: readonly object[], more: object = {}) => ({
  ...{ name, table: `${name}s`, fields: [{ name: 'id', type }, ...fields], ...more },
  primary_key: { field: 'id', type, generated: true },
});
const grant = (name: string, roles: readonly string[]) =>
  ['read', 'create', 'update', 'delete'].map((action) => ({ entity: name, action, roles }));
const done = (status: string) => ({
  type: 'action',
  actions: [
    {
      ...{ type: 'set_field', entity: 'leave_request', record_id: 'context.record_id' },
      ...{ field: 'status', value: status },
    },
  ],
  [THEN]: 'end',
});

/** Requests of more than five days wait for an approval, others for some seconds. @param url of webhooks */
export const everything = (url: string) => ({
  version: 1,
  entities: [
    entity(
      'item',
      'bigint',
      [
        { name: 'code', type: 'string', unique: true },
        { name: 'shelf', type: 'string', indexed: true },
        { name: 'price', type: 'decimal', precision: 2 },
        { name: 'sold_at', type: 'timestamp' },
      ],
      { soft_delete: true },
    ),
    entity('label', 'uuid', [{ name: 'name', type: 'string', enum: ['red', 'blue'] }]),
    entity('leave_request', 'uuid', [
      { name: 'days', type: 'integer', required: true },
      { name: 'status', type: 'string', default: 'pending' },
      { name: 'times', type: 'integer' },
    ]),
    entity('order', 'uuid', [{ name: 'title', type: 'string' }]),
  ],
  relations: [
    {
      ...{ name: 'item_labels', type: 'many_to_many', source: 'item', target: 'label' },
      ...{ join_table: 'item_labels', source_join_key: 'item_id', target_join_key: 'label_id' },
    },
  ],
  permissions: ['item', 'label', 'leave_request', 'order'].flatMap((name) => grant(name, ['clerk'])),
  sample_data: {
    item: [
      { id: 1, code: 'A', shelf: 'left', price: '1.50' },
      { id: 2, code: 'B', shelf: 'right', price: '1234567890123.25' },
    ],
    label: [{ id: 'c0000000-0000-4000-8000-000000000001', name: 'red' }],
  },
  webhooks: [
    { entity: 'order', hook: 'after_write', url, async: true, retry: { max_attempts: 5, backoff: 'linear' } },
  ],
  workflows: [
    {
      ...APPROVAL,
      steps: [
        {
          ...{ id: 'check', type: 'condition', expression: 'context.days > 5' },
          ...{ on_true: { goto: 'boss' }, on_false: { goto: 'pause' } },
        },
        {
          ...{ id: 'boss', type: 'approval', assignee: { type: 'role', role: 'clerk' } },
          ...{ on_approve: { goto: 'ok' }, on_reject: 'end' },
        },
        { id: 'pause', type: 'wait', duration: '4s', [THEN]: 'ok' },
        { id: 'ok', ...done('approved') },
      ],
    },
  ],
});
