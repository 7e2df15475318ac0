/** Sample orders with their items, and reviews. Totals are the sums of the items. */
import type { SampleRow } from '@rocket/schema';
import type { CustomerSeed } from '../crm/rows.ts';
import { DAY_MS, PRESENT_MS, timestamp } from '../generator/calendar.ts';
import { recordId } from '../generator/ids.ts';
import { at, type RandomStream, randomStream } from '../generator/random.ts';
import { decimalOfCents } from '../generator/text.ts';
import { REVIEW_TEXTS } from './assortment.ts';
import type { ProductSeed } from './catalogue-rows.ts';
import { CURRENCIES, type ORDER_STATUSES } from './entities.ts';

const ORDER_COUNT = 300;
const REVIEW_COUNT = 120;
/** The first customer of the CRM buys often, for documentation and tests to point at. */
const ORDERS_OF_FIRST_CUSTOMER = 6;
const FIRST_ORDER_NUMBER = 100_001;
const MINUTE_MS = 60_000;
const RECENT_MINUTES = (10 * DAY_MS) / MINUTE_MS;

type OrderStatus = (typeof ORDER_STATUSES)[number];

interface Purchase {
  readonly customer: CustomerSeed;
  readonly placedMs: number;
  readonly lines: readonly { readonly product: ProductSeed; readonly quantity: number }[];
}

function statusAt(random: RandomStream, placedMs: number): OrderStatus {
  if (random.chance(0.05)) return 'cancelled';
  const ageDays = (PRESENT_MS - placedMs) / DAY_MS;
  if (ageDays < 2) return random.pick(['pending', 'paid']);
  if (ageDays < 9) return random.pick(['paid', 'shipped']);
  return random.chance(0.03) ? 'refunded' : 'delivered';
}

function purchases(customers: readonly CustomerSeed[], products: readonly ProductSeed[]): Purchase[] {
  const random = randomStream('ecommerce.order');
  const made = Array.from({ length: ORDER_COUNT }, (_, index) => {
    const customer = index < ORDERS_OF_FIRST_CUSTOMER ? at(customers, 0) : random.pick(customers);
    const minutes = Math.floor((PRESENT_MS - customer.sinceMs) / MINUTE_MS);
    // Every fifth order is recent, so that there are orders in every state.
    const oldest = random.chance(0.2) ? Math.min(minutes, RECENT_MINUTES) : minutes;
    const placedMs = PRESENT_MS - random.int(30, oldest - 30) * MINUTE_MS;
    const lines = random
      .shuffle(products)
      .slice(0, random.pick([1, 2, 2, 3, 3, 4, 4]))
      .map((product) => ({ product, quantity: random.pick([1, 1, 1, 2, 2, 3, 5, 10]) }));
    return { customer, placedMs, lines };
  });
  return made.sort((a, b) => a.placedMs - b.placedMs);
}

function orderRow(purchase: Purchase, index: number, random: RandomStream): SampleRow {
  const { customer, placedMs, lines } = purchase;
  const status = statusAt(random, placedMs);
  const shipped = status === 'shipped' || status === 'delivered';
  const shippedMs = Math.min(placedMs + DAY_MS * random.int(1, 3), PRESENT_MS);
  const totalCents = lines.reduce((sum, { product, quantity }) => sum + product.priceCents * quantity, 0);
  return {
    id: recordId('order', index + 1),
    number: `SO-${FIRST_ORDER_NUMBER + index}`,
    customer_id: customer.id,
    status,
    total: decimalOfCents(totalCents),
    currency: random.chance(0.7) ? 'eur' : random.pick(CURRENCIES),
    placed_at: timestamp(placedMs),
    shipped_at: shipped ? timestamp(shippedMs) : null,
    created_at: timestamp(placedMs),
    updated_at: timestamp(shipped ? shippedMs : placedMs),
  };
}

/** Orders from the oldest to the newest, and their items. */
export function orderRows(
  customers: readonly CustomerSeed[],
  products: readonly ProductSeed[],
): { order: SampleRow[]; order_item: SampleRow[] } {
  const random = randomStream('ecommerce.order_status');
  const made = purchases(customers, products);
  const order = made.map((purchase, index) => orderRow(purchase, index, random));
  const items = made.flatMap(({ lines }, index) => lines.map((line) => ({ ...line, index })));
  const order_item = items.map(({ product, quantity, index }, serial) => ({
    id: recordId('order_item', serial + 1),
    order_id: recordId('order', index + 1),
    product_id: product.id,
    quantity,
    unit_price: decimalOfCents(product.priceCents),
  }));
  return { order, order_item };
}

export function reviewRows(
  customers: readonly CustomerSeed[],
  products: readonly ProductSeed[],
): SampleRow[] {
  const random = randomStream('ecommerce.review');
  return Array.from({ length: REVIEW_COUNT }, (_, index) => {
    const customer = index < 2 ? at(customers, 0) : random.pick(customers);
    const rating = random.pick([1, 2, 3, 3, 4, 4, 4, 5, 5, 5]);
    const days = Math.floor((PRESENT_MS - customer.sinceMs) / DAY_MS);
    const writtenMs = customer.sinceMs + DAY_MS * random.int(1, days - 1);
    return {
      id: recordId('review', index + 1),
      product_id: random.pick(products).id,
      customer_id: customer.id,
      rating,
      body: random.chance(0.1) ? null : random.pick(at(REVIEW_TEXTS, rating - 1)),
      created_at: timestamp(writtenMs),
      updated_at: timestamp(writtenMs),
    };
  });
}
