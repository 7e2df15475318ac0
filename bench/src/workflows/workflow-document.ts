/** The app of this scenario: with a workflow that reacts and one that waits, or the same tables alone. */
import type { AppDocument, AppName } from '@rocket/schema';
import { parseShop } from '../data/shop-document.ts';

const KEY = { field: 'id', type: 'uuid', generated: true };
const ID = { name: 'id', type: 'uuid', required: true };

const ENTITIES = [
  {
    ...{ name: 'ticket', table: 'tickets', primary_key: KEY },
    fields: [ID, { name: 'status', type: 'string', required: true, enum: ['open', 'resolved'] }],
  },
  {
    ...{ name: 'effect', table: 'effects', primary_key: KEY },
    fields: [ID, { name: 'ticket_id', type: 'uuid', required: true }],
  },
  {
    ...{ name: 'reminder', table: 'reminders', primary_key: KEY },
    fields: [ID, { name: 'due_at', type: 'timestamp', required: true }],
  },
];

const WORKFLOWS = [
  {
    name: 'react',
    active: true,
    trigger: { type: 'state_change', entity: 'ticket', field: 'status', to: 'resolved' },
    steps: [
      {
        ...{ id: 'note', type: 'action' },
        actions: [
          {
            ...{ type: 'create_record', entity: 'effect' },
            values: { ticket_id: { expression: 'trigger.record_id' } },
          },
        ],
      },
    ],
  },
  {
    name: 'remind',
    active: true,
    trigger: { type: 'record_created', entity: 'reminder' },
    steps: [{ id: 'sleep', type: 'wait', until: 'trigger.record.due_at' }],
  },
];

/** @param kind.hasWorkflows false for what is told to somebody else */
export function workflowDocument(app: AppName, kind: { hasWorkflows: boolean }): AppDocument {
  const workflows = kind.hasWorkflows ? WORKFLOWS : [];
  return parseShop(app, { version: 1, entities: ENTITIES, workflows });
}
