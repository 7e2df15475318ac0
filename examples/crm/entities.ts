/** What the CRM stores. */
import type { EntityDefinition } from '@rocket/schema';
import { AUTO_TIMES, choice, entity, field } from '../generator/define.ts';

export const SEGMENTS = ['enterprise', 'mid_market', 'small_business'] as const;
export const CUSTOMER_STATUSES = ['prospect', 'active', 'churned'] as const;
export const REGIONS = ['emea', 'americas', 'apac'] as const;
export const DEAL_STAGES = ['lead', 'qualified', 'proposal', 'negotiation', 'won', 'lost'] as const;
export const ACTIVITY_KINDS = ['call', 'email', 'meeting', 'note', 'task'] as const;

const owner: EntityDefinition = {
  name: 'owner',
  table: 'owners',
  description: 'A sales person who is responsible for customers and deals.',
  // Not generated: a policy compares owner keys with the caller's user id, so an owner takes over the user's id.
  primary_key: { field: 'id', type: 'uuid', generated: false },
  fields: [
    field('id', 'uuid', 'Key: the id of the user account of this sales person.', { required: true }),
    field('name', 'string', 'Full name.', { required: true, searchable: true }),
    field('email', 'string', 'Business e-mail address.', { required: true, unique: true }),
    choice('region', 'Sales region.', REGIONS, { indexed: true }),
    field('manager_id', 'uuid', 'The owner this one reports to.'),
    field('active', 'boolean', 'False once the person has left.', { required: true, default: true }),
    ...AUTO_TIMES,
  ],
};

const customer = entity(
  { name: 'customer', table: 'customers' },
  'A person who buys from us, or may do so. Other apps refer to customers.',
  [
    field('name', 'string', 'Full name.', { required: true, searchable: true }),
    field('email', 'string', 'Main e-mail address.', { required: true, unique: true }),
    field('phone', 'string', 'Phone number in international form.'),
    field('company', 'string', 'Company the customer buys for.', { searchable: true }),
    choice('segment', 'Size class of the company.', SEGMENTS, { indexed: true }),
    choice('status', 'Where the customer stands with us.', CUSTOMER_STATUSES, {
      required: true,
      default: 'prospect',
      indexed: true,
    }),
    field('credit_limit', 'decimal', 'Largest open amount, in euro.', { precision: 2 }),
    field('owner_id', 'uuid', 'The sales person responsible for the customer.'),
    field('preferences', 'json', 'Contact preferences: language and channels.'),
    ...AUTO_TIMES,
  ],
  { soft_delete: true },
);

const contact = entity(
  { name: 'contact', table: 'contacts' },
  'A colleague of the customer whom we also talk to.',
  [
    field('customer_id', 'uuid', 'The customer this contact belongs to.', { required: true }),
    field('name', 'string', 'Full name.', { required: true, searchable: true }),
    field('email', 'string', 'E-mail address.', { indexed: true }),
    field('role', 'string', 'Position in the company.'),
    field('is_primary', 'boolean', 'True for the first one to call.', { required: true, default: false }),
    ...AUTO_TIMES,
  ],
);

const deal = entity({ name: 'deal', table: 'deals' }, 'A possible sale and how far it has come.', [
  field('customer_id', 'uuid', 'The customer who may buy.', { required: true }),
  field('owner_id', 'uuid', 'The sales person who works on it.'),
  field('title', 'string', 'What is to be sold, in a few words.', { required: true, searchable: true }),
  choice('stage', 'How far the deal has come.', DEAL_STAGES, {
    required: true,
    default: 'lead',
    indexed: true,
  }),
  field('amount', 'decimal', 'Expected value, in euro.', { precision: 2 }),
  field('expected_close', 'date', 'Day by which a decision is expected.'),
  field('closed_at', 'timestamp', 'When the deal was won or lost.'),
  ...AUTO_TIMES,
]);

const activity = entity(
  { name: 'activity', table: 'activities' },
  'Something done with a customer, or still to do.',
  [
    field('customer_id', 'uuid', 'The customer it concerns.', { required: true }),
    choice('kind', 'What was or is to be done.', ACTIVITY_KINDS, { required: true, indexed: true }),
    field('subject', 'string', 'What it is about.', { required: true, searchable: true }),
    field('due_at', 'timestamp', 'When it takes place or has to be done.', { indexed: true }),
    field('done', 'boolean', 'True when nothing is left to do.', { required: true, default: false }),
    ...AUTO_TIMES,
  ],
  { max_page_size: 500 },
);

const tag = entity({ name: 'tag', table: 'tags' }, 'A label for groups of customers.', [
  field('name', 'string', 'The label.', { required: true, unique: true }),
  field('color', 'string', 'Colour on the screen, as `#rrggbb`.'),
]);

/** In the order in which their sample rows can refer to each other. */
export const CRM_ENTITIES: readonly EntityDefinition[] = [owner, customer, contact, deal, activity, tag];
