/** The shop's document with the roles that readers have who share answers, or do not. */

/** `clerk` and `manager` may read the same and so share answers. `support` does not see orders that were cancelled. */
export const ROLES = ['clerk', 'manager', 'support'] as const;
export type Role = (typeof ROLES)[number];

const CANCELLED = { field: 'status', operator: 'neq', value: 'cancelled' };

const ADDED_PERMISSIONS = [
  ...['customer', 'item', 'product'].map((entity) => ({
    entity,
    action: 'read',
    roles: ['manager', 'support'],
  })),
  { entity: 'order', action: 'read', roles: ['manager'] },
  { entity: 'order', action: 'read', roles: ['support'], conditions: [CANCELLED] },
  ...['customer', 'order'].map((entity) => ({ entity, action: 'update', roles: ['manager'] })),
];

/** @param document the shop, in which clerks may read everything */
export function withRoles(document: object): object {
  if (!('permissions' in document) || !Array.isArray(document.permissions)) {
    throw new Error('The document of the shop has no permissions');
  }
  return { ...document, permissions: [...document.permissions, ...ADDED_PERMISSIONS] };
}
