/** What the help desk stores. Those who ask are customers of the app `crm`. */
import type { EntityDefinition } from '@rocket/schema';
import { AUTO_TIMES, choice, entity, field } from '../generator/define.ts';

export const TICKET_STATUSES = ['open', 'in_progress', 'waiting', 'resolved', 'closed'] as const;
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export const TICKET_CATEGORIES = ['delivery', 'billing', 'defect', 'question'] as const;
export const TEAMS = ['first_line', 'technical', 'billing'] as const;
export const AUTHOR_TYPES = ['agent', 'customer'] as const;

const agent = entity({ name: 'agent', table: 'agents' }, 'Someone who answers tickets.', [
  field('name', 'string', 'Full name.', { required: true, searchable: true }),
  field('email', 'string', 'E-mail address.', { required: true, unique: true }),
  choice('team', 'The team the agent works in.', TEAMS, {
    required: true,
    default: 'first_line',
    indexed: true,
  }),
  field('active', 'boolean', 'False when the agent takes no tickets.', { required: true, default: true }),
  ...AUTO_TIMES,
]);

const ticket = entity(
  { name: 'ticket', table: 'tickets' },
  'A question or problem of a customer.',
  [
    field('title', 'string', 'The problem in one line.', { required: true, searchable: true }),
    field('description', 'text', 'What the customer wrote.', { required: true, searchable: true }),
    choice('status', 'How far the ticket has come.', TICKET_STATUSES, {
      required: true,
      default: 'open',
      indexed: true,
    }),
    choice('priority', 'How soon an answer is due.', PRIORITIES, {
      required: true,
      default: 'normal',
      indexed: true,
    }),
    choice('category', 'What the ticket is about.', TICKET_CATEGORIES, { indexed: true }),
    field('customer_id', 'uuid', 'Who asks: a customer of the app `crm`.', { required: true }),
    field('agent_id', 'uuid', 'Who works on it.'),
    field('due_at', 'timestamp', 'When the answer is due.', { indexed: true }),
    field('resolved_at', 'timestamp', 'When the answer was found.'),
    ...AUTO_TIMES,
  ],
  { soft_delete: true },
);

const response = entity({ name: 'response', table: 'responses' }, 'One message of a ticket.', [
  field('ticket_id', 'uuid', 'The ticket it belongs to.', { required: true }),
  choice('author_type', 'Which side wrote it.', AUTHOR_TYPES, { required: true, default: 'agent' }),
  field('author_name', 'string', 'Who wrote it.', { required: true }),
  field('body', 'text', 'The message.', { required: true, searchable: true }),
  field('internal', 'boolean', 'True for notes that the customer does not see.', {
    required: true,
    default: false,
  }),
  ...AUTO_TIMES,
]);

/** In the order in which their sample rows can refer to each other. */
export const HELPDESK_ENTITIES: readonly EntityDefinition[] = [agent, ticket, response];
