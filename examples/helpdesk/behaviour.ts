/** How the help desk's records hang together, what may be done with them, and by whom. */
import type {
  AppDocument,
  PermissionDefinition,
  RelationDefinition,
  StateMachineDefinition,
} from '@rocket/schema';
import { grant, oneToMany } from '../generator/define.ts';

export const HELPDESK_RELATIONS: readonly RelationDefinition[] = [
  oneToMany(
    'customer_tickets',
    { source: 'crm.customer', target: 'ticket', key: 'customer_id' },
    { description: 'What the customer asked.' },
  ),
  oneToMany(
    'agent_tickets',
    { source: 'agent', target: 'ticket', key: 'agent_id' },
    { on_delete: 'set_null' },
  ),
  oneToMany(
    'ticket_responses',
    { source: 'ticket', target: 'response', key: 'ticket_id' },
    { on_delete: 'cascade', ownership: 'source' },
  ),
];

export const HELPDESK_RULES: AppDocument['rules'] = [
  {
    entity: 'ticket',
    hook: 'before_write',
    type: 'field',
    definition: {
      field: 'title',
      operator: 'min_length',
      value: 5,
      message: 'The title needs at least 5 characters',
    },
    priority: 0,
    active: true,
  },
  {
    entity: 'response',
    hook: 'before_write',
    type: 'field',
    definition: { field: 'body', operator: 'max_length', value: 10000, message: 'At most 10,000 characters' },
    priority: 0,
    active: true,
  },
];

export const HELPDESK_STATE_MACHINES: readonly StateMachineDefinition[] = [
  {
    entity: 'ticket',
    field: 'status',
    active: true,
    definition: {
      initial: 'open',
      transitions: [
        { from: 'open', to: 'in_progress' },
        { from: 'in_progress', to: 'waiting' },
        { from: 'waiting', to: 'in_progress' },
        {
          from: ['in_progress', 'waiting'],
          to: 'resolved',
          guard: 'record.agent_id != null',
          actions: [{ type: 'set_field', field: 'resolved_at', value: 'now' }],
        },
        { from: ['open', 'resolved'], to: 'closed' },
        {
          from: ['resolved', 'closed'],
          to: 'open',
          actions: [{ type: 'set_field', field: 'resolved_at', value: null }],
        },
      ],
    },
  },
];

export const HELPDESK_WORKFLOWS: AppDocument['workflows'] = [
  {
    name: 'close_after_resolution',
    active: true,
    trigger: { type: 'state_change', entity: 'ticket', field: 'status', to: 'resolved' },
    context: { record_id: 'trigger.record_id' },
    steps: [
      {
        id: 'confirm',
        type: 'approval',
        assignee: { type: 'role', role: 'supervisor' },
        timeout: '120h',
        on_approve: { goto: 'close' },
        on_reject: 'end',
        on_timeout: { goto: 'close' },
      },
      {
        id: 'close',
        type: 'action',
        actions: [
          {
            type: 'set_field',
            entity: 'ticket',
            record_id: 'context.record_id',
            field: 'status',
            value: 'closed',
          },
        ],
      },
    ],
  },
];

const ALL = ['agent', 'ticket', 'response'] as const;

export const HELPDESK_PERMISSIONS: readonly PermissionDefinition[] = [
  ...grant('read', ALL, ['agent', 'supervisor']),
  ...grant('create', ['ticket', 'response'], ['agent', 'supervisor']),
  ...grant('create', ['agent'], ['supervisor']),
  ...grant('update', ALL, ['supervisor']),
  ...grant('delete', ALL, ['supervisor']),
  {
    entity: 'ticket',
    action: 'update',
    roles: ['agent'],
    conditions: [{ field: 'status', operator: 'neq', value: 'closed' }],
  },
  // Viewers follow the tickets, but not what agents write to each other.
  ...grant('read', ['agent', 'ticket'], ['viewer']),
  {
    entity: 'response',
    action: 'read',
    roles: ['viewer'],
    conditions: [{ field: 'internal', operator: 'eq', value: false }],
  },
];

export const HELPDESK_WEBHOOKS: AppDocument['webhooks'] = [
  {
    entity: 'ticket',
    hook: 'after_write',
    url: 'https://hooks.example.com/helpdesk/urgent-ticket',
    method: 'POST',
    headers: { 'X-Source': 'rocket-helpdesk' },
    condition: "action == 'create' && record.priority == 'urgent'",
    async: true,
    retry: { max_attempts: 3, backoff: 'exponential' },
    active: false,
  },
];
