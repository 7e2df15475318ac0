/** The app that is moved: customers and their orders, ten columns each, with the indexes that such an app has. */
const KEY = { field: 'id', type: 'uuid', generated: true };
const ID = { name: 'id', type: 'uuid', required: true };

export const STATUSES = ['pending', 'paid', 'shipped', 'delivered', 'cancelled'] as const;
const SEGMENTS = ['retail', 'trade', 'public'];
/** Of the users by whom it is read and written. */
export const MOVED_ROLE = 'clerk';

function text(name: string): object {
  return { name, type: 'string', required: true };
}

const CUSTOMER = {
  ...{ name: 'customer', table: 'customers', primary_key: KEY },
  fields: [
    ID,
    text('name'),
    { ...text('email'), unique: true },
    { ...text('city'), indexed: true },
    text('street'),
    text('phone'),
    { ...text('segment'), enum: SEGMENTS },
    { name: 'credit', type: 'decimal', precision: 2, required: true },
    text('remark'),
    { name: 'registered_at', type: 'timestamp', required: true },
  ],
};

const ORDER = {
  ...{ name: 'order', table: 'orders', primary_key: KEY },
  fields: [
    ID,
    { name: 'customer_id', type: 'uuid', required: true },
    { ...text('number'), unique: true },
    { ...text('status'), enum: STATUSES, indexed: true },
    { name: 'total', type: 'decimal', precision: 2, required: true },
    text('currency'),
    text('carrier'),
    text('remark'),
    { name: 'item_count', type: 'int', required: true },
    { name: 'placed_at', type: 'timestamp', required: true, indexed: true },
  ],
};

export const MOVED_DOCUMENT = {
  version: 1,
  entities: [CUSTOMER, ORDER],
  relations: [
    {
      ...{ name: 'customer_orders', type: 'one_to_many', source: 'customer', target: 'order' },
      ...{ target_key: 'customer_id', on_delete: 'restrict' },
    },
  ],
  permissions: ['customer', 'order'].flatMap((entity) =>
    ['read', 'create', 'update'].map((action) => ({ entity, action, roles: [MOVED_ROLE] })),
  ),
};
