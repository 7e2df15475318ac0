/** What the shop stores. Its buyers are customers of the app `crm`. */
import type { EntityDefinition } from '@rocket/schema';
import { AUTO_TIMES, choice, entity, field } from '../generator/define.ts';

export const ORDER_STATUSES = ['pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded'] as const;
export const CURRENCIES = ['eur', 'usd', 'gbp'] as const;

const category = entity(
  { name: 'category', table: 'categories' },
  'A shelf of the shop; categories form a tree.',
  [
    field('name', 'string', 'Name on the page.', { required: true, searchable: true }),
    field('slug', 'string', 'Last part of the address of its page.', { required: true, unique: true }),
    field('parent_id', 'uuid', 'The category this one is part of.'),
    field('position', 'int', 'Place among its siblings, from 1.', { required: true, default: 1 }),
  ],
  { slug: { field: 'slug', source: 'name' } },
);

const product = entity(
  { name: 'product', table: 'products' },
  'Something the shop sells.',
  [
    field('sku', 'string', 'Article number.', { required: true, unique: true }),
    field('name', 'string', 'Name on the page.', { required: true, searchable: true }),
    field('description', 'text', 'What the buyer should know.', { searchable: true }),
    field('price', 'decimal', 'Price of one piece, in euro.', {
      required: true,
      precision: 2,
      indexed: true,
    }),
    field('stock', 'int', 'Pieces that can be shipped now.', { required: true, default: 0 }),
    field('category_id', 'uuid', 'The category it is found in.'),
    field('active', 'boolean', 'False when it is no longer sold.', {
      required: true,
      default: true,
      indexed: true,
    }),
    field('attributes', 'json', 'Facts that differ by category: colour, origin, warranty.'),
    ...AUTO_TIMES,
  ],
  { soft_delete: true },
);

const order = entity({ name: 'order', table: 'orders' }, 'What a customer bought at one time.', [
  field('number', 'string', 'Number on the invoice.', { required: true, unique: true }),
  field('customer_id', 'uuid', 'The buyer: a customer of the app `crm`.', { required: true }),
  choice('status', 'How far the order has come.', ORDER_STATUSES, {
    required: true,
    default: 'pending',
    indexed: true,
  }),
  field('total', 'decimal', 'Sum of its items.', { required: true, precision: 2, default: '0.00' }),
  choice('currency', 'Currency of all amounts of the order.', CURRENCIES, { required: true, default: 'eur' }),
  field('placed_at', 'timestamp', 'When the customer placed it.', { required: true, indexed: true }),
  field('shipped_at', 'timestamp', 'When it left the warehouse.'),
  ...AUTO_TIMES,
]);

const orderItem = entity(
  { name: 'order_item', table: 'order_items' },
  'One line of an order.',
  [
    field('order_id', 'uuid', 'The order it belongs to.', { required: true }),
    field('product_id', 'uuid', 'What was bought.', { required: true }),
    field('quantity', 'int', 'How many pieces.', { required: true, default: 1 }),
    field('unit_price', 'decimal', 'Price of one piece at the time of the order.', {
      required: true,
      precision: 2,
    }),
  ],
  { max_page_size: 500 },
);

const review = entity({ name: 'review', table: 'reviews' }, 'What a customer says about a product.', [
  field('product_id', 'uuid', 'The product.', { required: true }),
  field('customer_id', 'uuid', 'Who wrote it: a customer of the app `crm`.', { required: true }),
  field('rating', 'int', 'From 1, poor, to 5, excellent.', { required: true, indexed: true }),
  field('body', 'text', 'The text.', { searchable: true }),
  ...AUTO_TIMES,
]);

/** In the order in which their sample rows can refer to each other. */
export const SHOP_ENTITIES: readonly EntityDefinition[] = [category, product, order, orderItem, review];
