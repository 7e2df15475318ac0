/** The queries of a scenario: the same records, in each side's own API. */
import { CITIES, CUSTOMERS, cityName, customerId, STATUSES } from '../data/fill-shop.ts';
import type { Dialect } from '../sides/side.ts';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** In our API. */
  readonly query: string;
  /** In the names that PostGraphile gives; aliases make the answer the same. */
  readonly postgraphileQuery: string;
  /** Path of the hand-written server. */
  readonly path: string;
  /** Variables, which differ for every request. */
  readonly variables: () => Readonly<Record<string, unknown>>;
}

const TREE = 'id name orders { id total placedAt items { quantity price product { name } } }';
const POSTGRAPHILE_TREE = `id: rowId name orders: ordersByCustomerIdList { id: rowId total placedAt
  items: itemsByOrderIdList { quantity price product: productByProductId { name } } }`;

const nestedOne: Scenario = {
  name: 'nested-1',
  title: 'One customer with 20 orders, their 100 items and products',
  query: `query Nested($id: ID!) { customer(id: $id) { ${TREE} } }`,
  postgraphileQuery: `query Nested($id: UUID!) { customer: customerByRowId(rowId: $id) { ${POSTGRAPHILE_TREE} } }`,
  path: '/nested-1',
  variables: () => ({ id: customerId(1 + randomBelow(CUSTOMERS)) }),
};

export const nestedTwenty: Scenario = {
  name: 'nested-20',
  title: 'The 20 customers of a city with 400 orders, 2,000 items and their products',
  query: `query City($city: String!) { customers(where: { city: { eq: $city } }) { ${TREE} } }`,
  postgraphileQuery: `query City($city: String!) {
    customers: allCustomersList(condition: { city: $city }, orderBy: PRIMARY_KEY_ASC) { ${POSTGRAPHILE_TREE} } }`,
  path: '/nested-20',
  variables: () => ({ city: cityName(randomBelow(CITIES)) }),
};

const byId: Scenario = {
  name: 'by-id',
  title: 'One customer, no relations',
  query: 'query Customer($id: ID!) { customer(id: $id) { id name email city } }',
  postgraphileQuery:
    'query Customer($id: UUID!) { customer: customerByRowId(rowId: $id) { id: rowId name email city } }',
  path: '/by-id',
  variables: () => ({ id: customerId(1 + randomBelow(CUSTOMERS)) }),
};

/** The latest orders of a status. */
function orderList(name: string, limit: number): Scenario {
  return {
    name,
    title: `The ${limit} latest orders of a status`,
    query: `query Orders($status: OrderStatus!, $limit: Int!) {
      orders(where: { status: { eq: $status } }, orderBy: [{ placedAt: DESC }], limit: $limit) {
        id status total placedAt } }`,
    postgraphileQuery: `query Orders($status: String!, $limit: Int!) {
      orders: allOrdersList(condition: { status: $status }, orderBy: PLACED_AT_DESC, first: $limit) {
        id: rowId status total placedAt } }`,
    path: '/orders',
    variables: () => ({ status: STATUSES[randomBelow(STATUSES.length)]?.toUpperCase(), limit }),
  };
}

export const SHOP_SCENARIOS: readonly Scenario[] = [
  nestedOne,
  nestedTwenty,
  byId,
  orderList('list', 25),
  orderList('rows-10', 10),
  orderList('rows-100', 100),
  orderList('rows-1000', 1_000),
];

/** Body of a request for the same variables in the side's dialect. */
export function requestBody(
  scenario: Scenario,
  dialect: Dialect,
  variables: Readonly<Record<string, unknown>>,
): string {
  switch (dialect) {
    case 'rocket':
      return JSON.stringify({ query: scenario.query, variables });
    case 'postgraphile':
      return JSON.stringify({ query: scenario.postgraphileQuery, variables: asStored(variables) });
    case 'path':
      return JSON.stringify({ variables });
    default:
      return dialect satisfies never;
  }
}

export function requestUrl(scenario: Scenario, side: { url: string; dialect: Dialect }): string {
  return side.dialect === 'path' ? `${side.url}${scenario.path}` : side.url;
}

/** PostGraphile has no enums here, since the column is a text: it is asked for the value that is stored. */
function asStored(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { status } = variables;
  return typeof status === 'string' ? { ...variables, status: status.toLowerCase() } : variables;
}

function randomBelow(bound: number): number {
  return Math.floor(Math.random() * bound);
}
