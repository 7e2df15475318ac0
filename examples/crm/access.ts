/** Who may do what in the CRM. */
import type { PermissionDefinition } from '@rocket/schema';
import { grant } from '../generator/define.ts';

const ALL = ['owner', 'customer', 'contact', 'deal', 'activity', 'tag'] as const;

export const CRM_PERMISSIONS: readonly PermissionDefinition[] = [
  ...grant('read', ALL, ['sales', 'manager', 'viewer']),
  ...grant('create', ['customer', 'contact', 'deal', 'activity', 'tag'], ['sales', 'manager']),
  ...grant('create', ['owner'], ['manager']),
  ...grant('update', ALL, ['manager']),
  ...grant('delete', ALL, ['manager']),
  // A second policy for the same action widens it: sales people change what is their own.
  {
    entity: 'customer',
    action: 'update',
    roles: ['sales'],
    conditions: [{ field: 'owner_id', operator: 'eq', value: { user: 'id' } }],
  },
  {
    entity: 'deal',
    action: 'update',
    roles: ['sales'],
    // Nothing of the stage: a change must meet the conditions afterwards too, so nobody of sales could win a deal.
    conditions: [{ field: 'owner_id', operator: 'eq', value: { user: 'id' } }],
  },
  ...grant('update', ['contact', 'activity'], ['sales']),
  ...grant('delete', ['activity'], ['sales']),
];
