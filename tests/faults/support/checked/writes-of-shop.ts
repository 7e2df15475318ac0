/** Writes to the shop, each with the state that it leads to. */
import { STATUSES } from './checked-apps.ts';
import { type Row, withoutRows, withRows } from './checked-state.ts';
import type { MakeWrite, WriteContext } from './write-lane.ts';

function update(row: Row, patch: object) {
  return {
    mutation:
      'mutation($id: ID!, $patch: OrderPatch!) { it: updateOrder(id: $id, patch: $patch) { errors { code message } } }',
    variables: { id: row.id, patch },
  };
}

const anOrder = ({ chance, state }: WriteContext) => chance.oneOf([...state.order.values()]);

const createOrder: MakeWrite = ({ chance, state, counter, customers, spare }) => {
  const taken = new Set([...state.order.values()].map((row) => row['code']));
  const code = chance.oneOf(
    Array.from({ length: 16 }, (_, at) => `o${at}`).filter((each) => !taken.has(each)),
  );
  const id = spare('order');
  if (code === null || id === null) return null;
  const order = {
    ...{ id, code, status: chance.oneOf(STATUSES), total: chance.below(1_000), counter },
    ...{ customerId: chance.oneOf(customers) },
  };
  const items = Array.from({ length: chance.below(3) }, (_, at) => ({
    id: chance.uuid(),
    sku: `s${at}`,
    counter,
  }));
  return {
    mutation:
      'mutation($input: OrderCreateInput!) { it: createOrder(input: $input) { errors { code message } } }',
    variables: { input: { ...order, items: { data: items } } },
    state: withRows(
      withRows(state, 'order', [order]),
      'item',
      items.map((item) => ({ ...item, orderId: id })),
    ),
  };
};

const changeOrder: MakeWrite = (context) => {
  const { chance, state, counter, customers } = context;
  const order = anOrder(context);
  if (order === null) return null;
  const patch = {
    counter,
    ...(chance.isIn(0.4) ? { customerId: chance.oneOf(customers) } : {}),
    ...(chance.isIn(0.4) ? { status: chance.oneOf(STATUSES) } : {}),
    ...(chance.isIn(0.4) ? { total: chance.below(1_000) } : {}),
  };
  return { ...update(order, patch), state: withRows(state, 'order', [{ ...order, ...patch }]) };
};

/** The order's own fields stay as they are. */
const changeItem: MakeWrite = ({ chance, state, counter }) => {
  const item = chance.oneOf([...state.item.values()]);
  const order = item === null ? undefined : state.order.get(String(item['orderId']));
  if (item === null || order === undefined) return null;
  const patch = { items: { data: [{ id: item.id, counter }] } };
  return { ...update(order, patch), state: withRows(state, 'item', [{ ...item, counter }]) };
};

const deleteOrder: MakeWrite = (context) => {
  const order = anOrder(context);
  if (order === null) return null;
  const left = withoutRows(context.state, 'order', ({ id }) => id === order.id);
  return {
    mutation: 'mutation($id: ID!) { it: deleteOrder(id: $id) { errors { code message } } }',
    variables: { id: order.id },
    state: withoutRows(left, 'item', (item) => item['orderId'] === order.id),
  };
};

export const WRITES_OF_SHOP: readonly MakeWrite[] = [
  ...[createOrder, createOrder, changeOrder, changeOrder, changeOrder, changeItem, changeItem, deleteOrder],
];
