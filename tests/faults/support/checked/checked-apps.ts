/** The documents of two apps that refer to each other, and who may read what in them. */
export type AppKey = 'crm' | 'shop';
export type TableName = 'customer' | 'note' | 'label' | 'link' | 'order' | 'item';

export const REGIONS = ['north', 'south', 'east'] as const;
export const KINDS = ['call', 'mail'] as const;
export const STATUSES = ['open', 'paid', 'sent'] as const;

/** `me` stands for the id of whoever reads. */
export interface Policy {
  readonly role: string;
  readonly entity: TableName;
  readonly condition?: readonly [field: string, operator: 'eq' | 'gte', value: string | number];
}

export const ME = 'me';

/** Of reading; several that apply to a reader add up. */
export const POLICIES: readonly Policy[] = [
  ...(['customer', 'note', 'label', 'order', 'item'] as const).map((entity) => ({ role: 'sales', entity })),
  { role: 'seller', entity: 'customer', condition: ['owner', 'eq', ME] },
  { role: 'seller', entity: 'note' },
  { role: 'seller', entity: 'label' },
  { role: 'seller', entity: 'order', condition: ['status', 'eq', 'open'] },
  { role: 'seller', entity: 'item' },
  { role: 'scorer', entity: 'customer', condition: ['score', 'gte', 50] },
  { role: 'scorer', entity: 'note', condition: ['kind', 'eq', 'call'] },
  { role: 'scorer', entity: 'label' },
  { role: 'scorer', entity: 'order', condition: ['total', 'gte', 500] },
  { role: 'scorer', entity: 'item' },
  { role: 'public', entity: 'customer', condition: ['region', 'eq', 'north'] },
  { role: 'public', entity: 'label' },
  { role: 'public', entity: 'order', condition: ['status', 'eq', 'open'] },
];

const ENTITIES_OF: Readonly<Record<AppKey, readonly TableName[]>> = {
  crm: ['customer', 'note', 'label'],
  shop: ['order', 'item'],
};

/** A document's part `permissions`. Admins, who write, need none. */
function permissionsOf(app: AppKey): readonly object[] {
  return POLICIES.filter(({ entity }) => ENTITIES_OF[app].includes(entity)).map(
    ({ role, entity, condition }) => ({
      ...{ entity, action: 'read', roles: [role] },
      ...(condition === undefined ? {} : { conditions: [conditionOf(condition)] }),
    }),
  );
}

function conditionOf([field, operator, value]: NonNullable<Policy['condition']>): object {
  return { field, operator, value: value === ME ? { user: 'id' } : value };
}

const text = (name: string, more: object = {}) => ({ name, type: 'string', ...more });
const number = (name: string) => ({ name, type: 'int' });
const key = (name: string) => ({ name, type: 'uuid', nullable: true });

/** Keys are given by whoever creates, so that the next state is known before a write. */
function entity(name: string, fields: readonly object[], more: object = {}): object {
  return {
    ...{ name, table: `${name}s`, primary_key: { field: 'id', type: 'uuid', generated: false } },
    ...{ fields: [{ name: 'id', type: 'uuid' }, ...fields, number('counter')], ...more },
  };
}

export const DOCUMENTS: Readonly<Record<AppKey, object>> = {
  crm: {
    version: 1,
    exports: ['customer'],
    entities: [
      entity('customer', [
        text('code', { unique: true }),
        text('owner', { indexed: true, nullable: true }),
        text('region', { indexed: true }),
        number('score'),
      ]),
      entity('note', [text('kind'), key('customer_id')], { soft_delete: true }),
      entity('label', [text('name')]),
    ],
    relations: [
      {
        ...{ name: 'customer_notes', type: 'one_to_many' },
        ...{ source: 'customer', target: 'note', target_key: 'customer_id' },
      },
      {
        ...{ name: 'customer_labels', type: 'many_to_many', source: 'customer', target: 'label' },
        ...{ join_table: 'customer_labels', source_join_key: 'customer_id', target_join_key: 'label_id' },
        on_delete: 'detach',
      },
    ],
    permissions: permissionsOf('crm'),
  },
  shop: {
    version: 1,
    entities: [
      entity('order', [
        text('code', { unique: true }),
        text('status', { indexed: true }),
        number('total'),
        key('customer_id'),
      ]),
      entity('item', [text('sku'), key('order_id')]),
    ],
    relations: [
      {
        ...{ name: 'customer_orders', type: 'one_to_many' },
        ...{ source: 'crm.customer', target: 'order', target_key: 'customer_id' },
      },
      {
        ...{ name: 'order_items', type: 'one_to_many', source: 'order', target: 'item' },
        ...{ target_key: 'order_id', on_delete: 'cascade' },
      },
    ],
    permissions: permissionsOf('shop'),
  },
};
