/** How the shop's records hang together, what may be done with them, and by whom. */
import type {
  AppDocument,
  PermissionDefinition,
  RelationDefinition,
  StateMachineDefinition,
} from '@rocket/schema';
import { grant, oneToMany } from '../generator/define.ts';

export const SHOP_RELATIONS: readonly RelationDefinition[] = [
  oneToMany(
    'category_children',
    { source: 'category', target: 'category', key: 'parent_id' },
    { on_delete: 'restrict', description: 'Categories that are part of this one.' },
  ),
  oneToMany(
    'category_products',
    { source: 'category', target: 'product', key: 'category_id' },
    { on_delete: 'set_null' },
  ),
  oneToMany(
    'customer_orders',
    { source: 'crm.customer', target: 'order', key: 'customer_id' },
    { description: 'What the customer bought.' },
  ),
  oneToMany(
    'order_items',
    { source: 'order', target: 'order_item', key: 'order_id' },
    { on_delete: 'cascade', ownership: 'source' },
  ),
  oneToMany(
    'product_order_items',
    { source: 'product', target: 'order_item', key: 'product_id' },
    { on_delete: 'restrict', description: 'Order lines in which the product was bought.' },
  ),
  oneToMany(
    'product_reviews',
    { source: 'product', target: 'review', key: 'product_id' },
    { on_delete: 'cascade', ownership: 'source' },
  ),
  oneToMany(
    'customer_reviews',
    { source: 'crm.customer', target: 'review', key: 'customer_id' },
    { description: 'What the customer said about products.' },
  ),
];

function range(entity: string, field: string, limits: { min: number; max?: number }): AppDocument['rules'] {
  return Object.entries(limits).map(([operator, value], index) => ({
    entity,
    hook: 'before_write',
    type: 'field',
    definition: {
      field,
      operator,
      value,
      message: `${field} must be at ${operator === 'min' ? 'least' : 'most'} ${value}`,
    },
    priority: index,
    active: true,
  }));
}

export const SHOP_RULES: AppDocument['rules'] = [
  ...range('product', 'price', { min: 0 }),
  ...range('product', 'stock', { min: 0 }),
  ...range('order_item', 'quantity', { min: 1 }),
  ...range('review', 'rating', { min: 1, max: 5 }),
];

export const SHOP_STATE_MACHINES: readonly StateMachineDefinition[] = [
  {
    entity: 'order',
    field: 'status',
    active: true,
    definition: {
      initial: 'pending',
      transitions: [
        { from: 'pending', to: 'paid' },
        { from: 'paid', to: 'shipped', actions: [{ type: 'set_field', field: 'shipped_at', value: 'now' }] },
        { from: 'shipped', to: 'delivered' },
        { from: ['pending', 'paid'], to: 'cancelled' },
        { from: ['paid', 'shipped', 'delivered'], to: 'refunded', roles: ['shop_manager'] },
      ],
    },
  },
];

const ALL = ['category', 'product', 'order', 'order_item', 'review'] as const;

export const SHOP_PERMISSIONS: readonly PermissionDefinition[] = [
  ...grant('read', ALL, ['shop_manager', 'clerk', 'viewer']),
  ...grant('create', ALL, ['shop_manager']),
  ...grant('update', ALL, ['shop_manager']),
  ...grant('delete', ALL, ['shop_manager']),
  ...grant('create', ['order', 'order_item'], ['clerk']),
  // Clerks work on orders until these have left the house.
  {
    entity: 'order',
    action: 'update',
    roles: ['clerk'],
    conditions: [{ field: 'status', operator: 'in', value: ['pending', 'paid'] }],
  },
  // Visitors of the shop see what is sold at present; staff see everything by the policies above.
  {
    entity: 'product',
    action: 'read',
    roles: ['visitor'],
    conditions: [{ field: 'active', operator: 'eq', value: true }],
  },
  ...grant('read', ['category', 'review'], ['visitor']),
];

export const SHOP_WEBHOOKS: AppDocument['webhooks'] = [
  {
    entity: 'order',
    hook: 'after_write',
    url: 'https://hooks.example.com/shop/order-paid',
    method: 'POST',
    headers: { 'X-Source': 'rocket-ecommerce' },
    condition: "record.status == 'paid'",
    async: true,
    retry: { max_attempts: 5, backoff: 'exponential' },
    active: false,
  },
];
