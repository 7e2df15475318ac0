/**
 * Readers of a shop and its staff: most readers ask a few of the operations about a few of the customers, and changes are
 * spread over all of them. It also counts what a cache could answer at best.
 */
import { CUSTOMERS, customerId } from '../data/fill-shop.ts';
import { orderId } from '../data/order-id.ts';
import { ROLES, type Role } from './cache-roles.ts';

const WRITES = 0.05;
/** Exponents of the zipf distributions: with these, a cache that makes no mistake can answer some 94% of the reads. */
const CUSTOMER_SKEW = 1.6;
const OPERATION_SKEW = 1.5;
const ORDERS_PER_CUSTOMER = 20;
/** As in `fill-shop.ts`: the orders of one customer are so far apart. */
const CUSTOMER_STRIDE = 7_919;
const MAX_CENTS = 100_000;

const CUSTOMER_FIELDS = ['name email city', 'name', 'email', 'name city', 'name email city registeredAt'];
const ORDER_FIELDS = [
  'total placedAt',
  'status total placedAt',
  'total items { quantity price }',
  'placedAt items { quantity product { name } }',
  'status items { price product { name sku } }',
  'total placedAt items { quantity price product { name price } }',
];
const ORDER_LIMITS = [5, 10, 20];

interface Operation {
  readonly query: string;
  readonly readsOrders: boolean;
}

/** The most popular first. */
export const OPERATIONS: readonly Operation[] = CUSTOMER_FIELDS.flatMap((fields) => [
  ...ORDER_LIMITS.flatMap((limit) =>
    ORDER_FIELDS.map((order) =>
      operation(fields, `orders(orderBy: [{ placedAt: DESC }], limit: ${limit}) { id ${order} }`),
    ),
  ),
  operation(fields, 'orders(where: { status: { eq: PAID } }) { id total placedAt }'),
  operation(fields, ''),
]);

const UPDATE_ORDER =
  'mutation Update($id: ID!, $total: Decimal!) { updateOrder(id: $id, patch: { total: $total }) { order { id } } }';
const UPDATE_CUSTOMER =
  'mutation Update($id: ID!, $name: String!) { updateCustomer(id: $id, patch: { name: $name }) { customer { id } } }';

export interface MixedRequest {
  readonly role: Role;
  readonly body: string;
}

export interface Possible {
  readonly reads: number;
  /** Reads whose answer was asked for before, and which no change has touched since. */
  readonly hits: number;
}

export class MixedLoad {
  readonly #customer = zipf(CUSTOMERS, CUSTOMER_SKEW);
  readonly #operation = zipf(OPERATIONS.length, OPERATION_SKEW);
  /** By customer: changes of the customer, and of their orders. */
  readonly #changes = { customer: new Uint32Array(CUSTOMERS + 1), order: new Uint32Array(CUSTOMERS + 1) };
  /** By question and who shares its answers: how many changes it had when it was asked last. */
  readonly #asked = new Map<string, number>();
  #possible: Possible = { reads: 0, hits: 0 };

  /** Since the load was made. */
  get possible(): Possible {
    return this.#possible;
  }

  next(): MixedRequest {
    return Math.random() < WRITES ? this.#write() : this.#read();
  }

  #read(): MixedRequest {
    const customer = 1 + this.#customer();
    const index = this.#operation();
    const asked = OPERATIONS[index];
    const role = ROLES[below(ROLES.length)];
    if (asked === undefined || role === undefined) throw new Error('There is no such operation or role');
    this.#count(`${index} ${customer} ${role === 'support' && asked.readsOrders}`, { customer, ...asked });
    return { role, body: JSON.stringify({ query: asked.query, variables: { id: customerId(customer) } }) };
  }

  #count(key: string, { customer, readsOrders }: { customer: number; readsOrders: boolean }): void {
    const { customer: own, order } = this.#changes;
    const changes = (own[customer] ?? 0) + (readsOrders ? (order[customer] ?? 0) : 0);
    const isPossible = this.#asked.get(key) === changes;
    this.#asked.set(key, changes);
    this.#possible = {
      reads: this.#possible.reads + 1,
      hits: this.#possible.hits + (isPossible ? 1 : 0),
    };
  }

  #write(): MixedRequest {
    const isOrder = Math.random() < 1 / 2;
    const order = 1 + below(CUSTOMERS * ORDERS_PER_CUSTOMER);
    const customer = 1 + ((order * CUSTOMER_STRIDE) % CUSTOMERS);
    const changes = this.#changes[isOrder ? 'order' : 'customer'];
    changes[customer] = (changes[customer] ?? 0) + 1;
    const number = below(MAX_CENTS);
    const body = isOrder
      ? { query: UPDATE_ORDER, variables: { id: orderId(order), total: (number / 100).toFixed(2) } }
      : { query: UPDATE_CUSTOMER, variables: { id: customerId(customer), name: `Customer ${number}` } };
    return { role: 'manager', body: JSON.stringify(body) };
  }
}

function operation(fields: string, orders: string): Operation {
  return {
    query: `query Read($id: ID!) { customer(id: $id) { id ${fields} ${orders} } }`,
    readsOrders: orders !== '',
  };
}

/** Draws numbers from 0 to `count - 1`, of which the n-th comes 1/n^skew as often as the first. */
function zipf(count: number, skew: number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    sum += 1 / (index + 1) ** skew;
    sums[index] = sum;
  }
  return () => {
    const drawn = Math.random() * sum;
    let [from, to] = [0, count - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((sums[middle] ?? sum) < drawn) from = middle + 1;
      else to = middle;
    }
    return from;
  };
}

function below(bound: number): number {
  return Math.floor(Math.random() * bound);
}
