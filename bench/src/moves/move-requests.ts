/** What is asked of the app while it moves: a fifth of it writes. */
import { randomInt, randomUUID } from 'node:crypto';
import { customerId } from '../data/fill-shop.ts';
import { orderId } from '../data/order-id.ts';
import type { Filled } from './fill-app.ts';
import { STATUSES } from './move-document.ts';

const ONE_WRITE_IN = 5;
const MAX_CENTS = 100_000;

const CUSTOMER = 'query Customer($id: ID!) { customer(id: $id) { id name email city street credit } }';
const ORDER =
  'query Order($id: ID!) { order(id: $id) { id number status total placedAt customer { name } } }';
const LISTS = STATUSES.map(
  (status) => `query List {
    orders(where: { status: { eq: ${status.toUpperCase()} } }, orderBy: [{ placedAt: DESC }], limit: 25) { id number total placedAt } }`,
);
const CREATE =
  'mutation Create($input: OrderCreateInput!) { createOrder(input: $input) { order { id } errors { code } } }';
const UPDATE_ORDER =
  'mutation Update($id: ID!, $total: Decimal!) { updateOrder(id: $id, patch: { total: $total }) { order { id } errors { code } } }';
const UPDATE_CUSTOMER =
  'mutation Update($id: ID!, $remark: String!) { updateCustomer(id: $id, patch: { remark: $remark }) { customer { id } errors { code } } }';

export type RequestKind = 'read' | 'write';

export interface MoveRequest {
  readonly kind: RequestKind;
  readonly body: string;
  /** Is in an answer that is right. */
  readonly expected: string;
}

/** One of the requests at random, about a record at random. */
export function nextRequest({ customers, orders }: Filled): MoveRequest {
  const customer = customerId(1 + randomInt(customers));
  const order = orderId(1 + randomInt(orders));
  const [write, other] = [randomInt(ONE_WRITE_IN) === 0, randomInt(4)];
  if (!write) {
    if (other === 0) return read(LISTS[randomInt(LISTS.length)] ?? CUSTOMER, {}, '"orders":[{"id"');
    return other === 1
      ? read(ORDER, { id: order }, `"order":{"id":"${order}"`)
      : read(CUSTOMER, { id: customer }, `"customer":{"id":"${customer}"`);
  }
  if (other < 2) return made(CREATE, { input: newOrder(customer) }, '"order":{"id":"');
  const total = (randomInt(MAX_CENTS) / 100).toFixed(2);
  return other === 2
    ? made(UPDATE_ORDER, { id: order, total }, `"order":{"id":"${order}"`)
    : made(UPDATE_CUSTOMER, { id: customer, remark: `Has paid ${total}` }, `"customer":{"id":"${customer}"`);
}

function newOrder(customer: string): object {
  return {
    ...{
      customerId: customer,
      number: `B-${randomUUID()}`,
      status: 'PENDING',
      total: '19.95',
      currency: 'EUR',
    },
    ...{ carrier: 'Carrier 1', remark: 'In a hurry', itemCount: 2, placedAt: new Date().toISOString() },
  };
}

function read(query: string, variables: object, expected: string): MoveRequest {
  return { kind: 'read', body: JSON.stringify({ query, variables }), expected };
}

function made(query: string, variables: object, expected: string): MoveRequest {
  return { kind: 'write', body: JSON.stringify({ query, variables }), expected };
}
