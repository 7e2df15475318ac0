/** Questions to the shop, and those that both apps answer together. */
import { REGIONS, STATUSES } from '../support/checked/checked-apps.ts';
import { pick, type Row, type Sight, sorted, sum } from '../support/checked/checked-state.ts';
import {
  type Data,
  has,
  type MakeQuestion,
  type Part,
  records,
  signedIn,
  simple,
  without,
} from './question.ts';

const ORDER = ['code', 'status', 'total', 'counter'] as const;

const codesOf = (sight: Sight, customerId: unknown) =>
  sight.all('order', has('customerId', customerId)).map((row) => pick(row, 'code', 'counter'));

/** The customers of orders, or of one: what crm said of each. */
function customersIn(it: unknown, expected: (sight: Sight, customer: Row) => unknown): readonly Part[] {
  return records(it).map((order): Part => {
    const { customerId, customer } = order as { customerId: string | null; customer: unknown };
    const shown = (sight: Sight) => {
      const found = sight.one('customer', customerId);
      return found === null ? null : expected(sight, found);
    };
    return { app: 'crm', actual: customer, expected: shown };
  });
}

/** Fields that the shop gives customers: what it said of each. */
function givenTo(it: unknown, field: string, expected: (sight: Sight, customer: Data) => unknown): Part[] {
  return records(it).map((customer) => ({
    ...({ app: 'shop', actual: customer[field] } as const),
    expected: (sight) => expected(sight, customer),
  }));
}

export const QUESTIONS_OF_SHOP: readonly MakeQuestion[] = [
  ({ ids }) => {
    const id = ids('order');
    const query = `query($id: ID!) { it: order(id: $id) { ${ORDER.join(' ')} customerId } }`;
    return simple('shop', { query, variables: { id } }, (sight) =>
      pick(sight.one('order', id), ...ORDER, 'customerId'),
    );
  },
  ({ chance }) => {
    const code = `o${chance.below(16)}`;
    const query = `{ it: orderBy(key: { code: "${code}" }) { id counter } }`;
    return simple('shop', { query }, (sight) =>
      pick(sight.all('order', has('code', code))[0] ?? null, 'id', 'counter'),
    );
  },
  ({ ids }) => {
    const id = ids('customer');
    const query = 'query($id: ID!) { it: orders(where: { customerId: { eq: $id } }) { code counter } }';
    return simple('shop', { query, variables: { id } }, (sight) => codesOf(sight, id));
  },
  ({ chance }) => {
    const status = chance.oneOf(STATUSES);
    const query = `{ it: orders(where: { status: { eq: "${status}" } }, orderBy: [{ total: DESC }], limit: 6) { code total counter } }`;
    return simple('shop', { query }, (sight) =>
      sorted(sight.all('order', has('status', status)), 'total', 'DESC')
        .slice(0, 6)
        .map((row) => pick(row, 'code', 'total', 'counter')),
    );
  },
  ({ chance }) => {
    const status = chance.oneOf(STATUSES);
    const query = `{ it: ordersConnection(where: { status: { eq: "${status}" } }) { totalCount nodes { code counter } } }`;
    return simple('shop', { query }, (sight) => {
      const rows = sight.all('order', has('status', status));
      return { totalCount: rows.length, nodes: rows.map((row) => pick(row, 'code', 'counter')) };
    });
  },
  () => {
    const query = '{ it: ordersAggregate(where: { total: { gte: 300 } }) { count sum { total counter } } }';
    return simple('shop', { query }, (sight) => {
      const rows = sight.all('order', (row) => Number(row['total']) >= 300);
      return { count: rows.length, sum: { total: sum(rows, 'total'), counter: sum(rows, 'counter') } };
    });
  },
  ({ chance }) => {
    const status = chance.oneOf(STATUSES);
    const query = `{ it: items(where: { order: { status: { eq: "${status}" } } }) { sku counter order { code counter } } }`;
    return simple('shop', { query, readers: signedIn }, (sight) =>
      sight
        .all('item', (item) => sight.one('order', item['orderId'])?.['status'] === status)
        .map((item) => ({
          ...pick(item, 'sku', 'counter'),
          order: pick(sight.one('order', item['orderId']), 'code', 'counter'),
        })),
    );
  },
  ({ ids }) => {
    const id = ids('order');
    const query =
      'query($id: ID!) { it: order(id: $id) { code counter customerId items { sku counter } customer { code counter } } }';
    const own = (sight: Sight) => {
      const order = sight.one('order', id);
      const items = sight.all('item', has('orderId', id)).map((item) => pick(item, 'sku', 'counter'));
      return order === null ? null : { ...pick(order, 'code', 'counter', 'customerId'), items };
    };
    const parts = (it: unknown): readonly Part[] => [
      { app: 'shop', actual: without(it, 'customer'), expected: own },
      ...customersIn(it, (_, customer) => pick(customer, 'code', 'counter')),
    ];
    return { graph: 'shop', query, variables: { id }, readers: signedIn, parts };
  },
  ({ chance }) => {
    const status = chance.oneOf(STATUSES);
    const query = `{ it: orders(where: { status: { eq: "${status}" } }, limit: 8) { code customerId customer { code counter labels { name counter } } } }`;
    const own = (sight: Sight) =>
      sight
        .all('order', has('status', status))
        .slice(0, 8)
        .map((row) => pick(row, 'code', 'customerId'));
    const parts = (it: unknown): readonly Part[] => [
      { app: 'shop', actual: without(it, 'customer'), expected: own },
      ...customersIn(it, (sight, customer) => ({
        ...pick(customer, 'code', 'counter'),
        labels: sight.labelsOf(customer).map((label) => pick(label, 'name', 'counter')),
      })),
    ];
    return { graph: 'shop', query, variables: {}, readers: () => true, parts };
  },
  ({ ids }) => {
    const id = ids('customer');
    const query = 'query($id: ID!) { it: customer(id: $id) { code counter orders { code counter } } }';
    const parts = (it: unknown): readonly Part[] => [
      {
        app: 'crm',
        actual: without(it, 'orders'),
        expected: (sight) => pick(sight.one('customer', id), 'code', 'counter'),
      },
      ...givenTo(it, 'orders', (sight) => codesOf(sight, id)),
    ];
    return { graph: 'crm', query, variables: { id }, readers: () => true, parts };
  },
  ({ chance }) => {
    const region = chance.oneOf(REGIONS);
    const query = `{ it: customers(where: { region: { eq: "${region}" } }, limit: 6) { id counter ordersAggregate { count sum { total } } } }`;
    const own = (sight: Sight) =>
      sight
        .all('customer', has('region', region))
        .slice(0, 6)
        .map((row) => pick(row, 'id', 'counter'));
    const parts = (it: unknown): readonly Part[] => [
      { app: 'crm', actual: without(it, 'ordersAggregate'), expected: own },
      ...givenTo(it, 'ordersAggregate', (sight, customer) => {
        const rows = sight.all('order', has('customerId', customer['id']));
        return { count: rows.length, sum: { total: sum(rows, 'total') } };
      }),
    ];
    return { graph: 'crm', query, variables: {}, readers: () => true, parts };
  },
];
