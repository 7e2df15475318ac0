/** How the CRM's records hang together, and what happens when they change. */
import type { AppDocument, RelationDefinition, StateMachineDefinition } from '@rocket/schema';
import { oneToMany } from '../generator/define.ts';

export const CRM_RELATIONS: readonly RelationDefinition[] = [
  oneToMany(
    'owner_reports',
    { source: 'owner', target: 'owner', key: 'manager_id' },
    { on_delete: 'set_null', description: 'Owners who report to this one.' },
  ),
  oneToMany(
    'owner_customers',
    { source: 'owner', target: 'customer', key: 'owner_id' },
    { on_delete: 'set_null' },
  ),
  oneToMany('owner_deals', { source: 'owner', target: 'deal', key: 'owner_id' }, { on_delete: 'set_null' }),
  oneToMany(
    'customer_contacts',
    { source: 'customer', target: 'contact', key: 'customer_id' },
    { on_delete: 'cascade', ownership: 'source' },
  ),
  oneToMany(
    'customer_deals',
    { source: 'customer', target: 'deal', key: 'customer_id' },
    { on_delete: 'restrict' },
  ),
  oneToMany(
    'customer_activities',
    { source: 'customer', target: 'activity', key: 'customer_id' },
    { on_delete: 'cascade', ownership: 'source' },
  ),
  {
    name: 'customer_tags',
    type: 'many_to_many',
    source: 'customer',
    target: 'tag',
    source_key: 'id',
    join_table: 'customer_tags',
    source_join_key: 'customer_id',
    target_join_key: 'tag_id',
    ownership: 'none',
    on_delete: 'detach',
    write_mode: 'diff',
  },
];

export const CRM_RULES: AppDocument['rules'] = [
  {
    entity: 'customer',
    hook: 'before_write',
    type: 'field',
    definition: {
      field: 'name',
      operator: 'min_length',
      value: 2,
      message: 'The name needs at least 2 characters',
    },
    priority: 0,
    active: true,
  },
  {
    entity: 'customer',
    hook: 'before_write',
    type: 'field',
    definition: {
      field: 'email',
      operator: 'pattern',
      value: '^[^@ ]+@[^@ ]+$',
      message: 'This is no e-mail address',
    },
    priority: 10,
    active: true,
  },
  {
    entity: 'deal',
    hook: 'before_write',
    type: 'field',
    definition: { field: 'amount', operator: 'min', value: 0, message: 'The amount must not be negative' },
    priority: 0,
    active: true,
  },
];

export const CRM_STATE_MACHINES: readonly StateMachineDefinition[] = [
  {
    entity: 'deal',
    field: 'stage',
    active: true,
    definition: {
      initial: 'lead',
      transitions: [
        { from: 'lead', to: 'qualified' },
        { from: 'qualified', to: 'proposal' },
        { from: 'proposal', to: 'negotiation' },
        {
          from: ['proposal', 'negotiation'],
          to: 'won',
          roles: ['sales', 'manager'],
          guard: 'record.amount != null',
          actions: [{ type: 'set_field', field: 'closed_at', value: 'now' }],
        },
        {
          from: ['lead', 'qualified', 'proposal', 'negotiation'],
          to: 'lost',
          actions: [{ type: 'set_field', field: 'closed_at', value: 'now' }],
        },
        {
          from: 'lost',
          to: 'lead',
          roles: ['manager'],
          actions: [{ type: 'set_field', field: 'closed_at', value: null }],
        },
      ],
    },
  },
];

export const CRM_WORKFLOWS: AppDocument['workflows'] = [
  {
    name: 'large_deal_review',
    active: true,
    trigger: { type: 'state_change', entity: 'deal', field: 'stage', to: 'negotiation' },
    context: { record_id: 'trigger.record_id', amount: 'record.amount' },
    steps: [
      {
        id: 'is_large',
        type: 'condition',
        expression: 'context.amount > 50000',
        on_true: { goto: 'review' },
        on_false: 'end',
      },
      {
        id: 'review',
        type: 'approval',
        assignee: { type: 'role', role: 'manager' },
        timeout: '72h',
        on_approve: 'end',
        on_reject: { goto: 'step_back' },
        on_timeout: 'end',
      },
      {
        id: 'step_back',
        type: 'action',
        actions: [
          {
            type: 'set_field',
            entity: 'deal',
            record_id: 'context.record_id',
            field: 'stage',
            value: 'proposal',
          },
        ],
      },
    ],
  },
];

export const CRM_WEBHOOKS: AppDocument['webhooks'] = [
  {
    entity: 'deal',
    hook: 'after_write',
    url: 'https://hooks.example.com/crm/deal-won',
    method: 'POST',
    headers: { 'X-Source': 'rocket-crm' },
    condition: "record.stage == 'won'",
    async: true,
    retry: { max_attempts: 3, backoff: 'exponential' },
    active: false,
  },
];
