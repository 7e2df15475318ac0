/** Reads of the shop, and what their answers depend on: tags without the app's name. */
import { customerId, itemId, LABELLED, labelId, ODD_COUPON, orderId } from './facts-app.ts';

const [A, B] = [orderId(1), orderId(2)];
const labels = (...numbers: number[]) => numbers.map((n) => `label#${labelId(n)}`);

export const TAGGED_READS: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'a record': [`order(id: "${A}") { id }`, [`order#${A}`]],
  'a record whose key is written otherwise': [`order(id: "${A.toUpperCase()}") { id }`, [`order#${A}`]],
  'a record that is not there': [`order(id: "${orderId(99)}") { id }`, [`order#${orderId(99)}`]],
  'a record of no key': ['order(id: "none") { id }', []],
  'a record by a unique field': ['orderBy(key: { number: "A2" }) { id }', ['order@number=A2']],
  'a deleted record': [`order(id: "${orderId(3)}", withDeleted: true) { number }`, [`order#${orderId(3)}`]],
  'all records': ['orders { id }', ['order']],
  'records by a foreign key': [
    `orders(where: { customerId: { eq: "${customerId(1)}" } }) { id }`,
    [`order@customer_id=${customerId(1)}`],
  ],
  'records by an indexed field': ['orders(where: { status: { eq: OPEN } }) { id }', ['order@status=open']],
  'records by one of several values': [
    'orders(where: { rank: { in: [1, -2] } }) { id }',
    ['order@rank=-2', 'order@rank=1'],
  ],
  'records by values that are excluded': ['orders(where: { rank: { notIn: [1] } }) { id }', ['order']],
  'records by a field whose equal values have several texts': [
    'orders(where: { total: { eq: "1.5" } }) { id }',
    ['order'],
  ],
  'records by a field without tags': ['orders(where: { note: { eq: "red car" } }) { id }', ['order']],
  'records by two fields, of which the one that fewer have counts': [
    `orders(where: { status: { eq: PAID }, customerId: { eq: "${customerId(1)}" } }) { id }`,
    [`order@customer_id=${customerId(1)}`],
  ],
  'records by either of two fields': [
    'orders(where: { OR: [{ rank: { eq: 1 } }, { AND: [{ number: { eq: "A2" } }, { note: { isNull: true } }] }] }) { id }',
    ['order@number=A2', 'order@rank=1'],
  ],
  'records by one field or anything': [
    'orders(where: { OR: [{ rank: { eq: 1 } }, { note: { isNull: true } }] }) { id }',
    ['order'],
  ],
  'records by what they are not': ['orders(where: { NOT: { rank: { eq: 1 } } }) { id }', ['order']],
  'records without a value': ['orders(where: { rank: { isNull: true } }) { id }', ['order']],
  'records that are searched for': ['orders(where: { search: "car" }) { id }', ['order']],
  'records by related ones': [
    'orders(where: { status: { eq: OPEN }, items: { some: { product: { name: { eq: "x" } } } } }) { id }',
    ['item', 'order@status=open', 'product'],
  ],
  'records by linked ones': [
    'orders(where: { labels: { none: { word: { eq: "x" } } } }) { id }',
    ['label', 'order', 'order_labels'],
  ],
  'records ordered by related ones': [
    'items(orderBy: [{ order: { coupon: { text: ASC } } }]) { id }',
    ['coupon', 'item', 'order'],
  ],
  'a connection': [
    'ordersConnection(where: { rank: { eq: 1 } }) { totalCount pageInfo { hasNextPage } }',
    ['order@rank=1'],
  ],
  'an aggregate': ['ordersAggregate(where: { rank: { eq: 1 } }) { count }', ['order@rank=1']],
  'an aggregate of all': ['ordersAggregate { max { rank } }', ['order']],
  groups: [
    'ordersGroupBy(by: [{ field: rank }], where: { status: { eq: OPEN } }) { count }',
    ['order@status=open'],
  ],
  'several fields': [
    `a: order(id: "${A}") { id } b: order(id: "${B}") { id } c: order(id: "${B}") { number }`,
    [`order#${A}`, `order#${B}`],
  ],
  'a record that the row names': [
    `item(id: "${itemId(1)}") { product { name } }`,
    [`item#${itemId(1)}`, 'product#7'],
  ],
  'a record that the row does not name': [
    `item(id: "${itemId(2)}") { product { name } }`,
    [`item#${itemId(2)}`],
  ],
  'a record of a key that holds anything': [
    `order(id: "${B}") { couponId coupon { id text orders { id } } }`,
    [`coupon#${ODD_COUPON}`, `order#${B}`, `order@coupon_id=${ODD_COUPON}`],
  ],
  'a list below a record': [
    `order(id: "${A}") { items(limit: 1) { id } }`,
    [`item@order_id=${A}`, `order#${A}`],
  ],
  'a list below records that have none': [
    'orders(where: { status: { eq: PAID } }) { items { id } }',
    [`item@order_id=${orderId(LABELLED)}`, `item@order_id=${B}`, 'order@status=paid'].sort(),
  ],
  'a list below a record that is not there': [
    `order(id: "${orderId(99)}") { items { id } }`,
    [`order#${orderId(99)}`],
  ],
  'an aggregate below a record': [
    `order(id: "${A}") { itemsAggregate { count } }`,
    [`item@order_id=${A}`, `order#${A}`],
  ],
  'a connection below a record': [
    `order(id: "${A}") { itemsConnection(first: 1) { nodes { product { id } } edges { node { order { id } } } } }`,
    [`item@order_id=${A}`, `order#${A}`, 'product#7'],
  ],
  'linked records, those outside of the page too': [
    `order(id: "${A}") { labels(limit: 1, where: { word: { eq: "w0" } }) { id } }`,
    [...labels(1, 2), `order#${A}`, `order_labels@order_id=${A}`],
  ],
  'linked records from their side': [
    `label(id: "${labelId(2)}") { ordersAggregate { count } }`,
    [...labels(2), `order#${A}`, `order#${orderId(LABELLED)}`, `order_labels@label_id=${labelId(2)}`],
  ],
  'more linked records than there are tags for': [
    `order(id: "${orderId(LABELLED)}") { labels(limit: 1) { id } }`,
    ['label', `order#${orderId(LABELLED)}`, `order_labels@order_id=${orderId(LABELLED)}`],
  ],
  'links below more records than there are tags for': [
    'labels { orders { id } }',
    ['label', `order#${A}`, `order#${orderId(LABELLED)}`, 'order_labels'],
  ],
  'a record of another app': [`order(id: "${A}") { customer { id } }`, [`order#${A}`]],
  'records below one of another app': [
    `order(id: "${A}") { customer { id orders { number } } }`,
    [`order#${A}`, `order@customer_id=${customerId(1)}`],
  ],
  entities: [
    `_entities(representations: [{ __typename: "Order", id: "${A}" }, { __typename: "Order", id: "none" }]) { ... on Order { items { id } } }`,
    [`item@order_id=${A}`, `order#${A}`],
  ],
  'nothing but types': ['__typename', []],
};
