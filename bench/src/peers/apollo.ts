/**
 * Apollo Server with resolvers written by hand, as its documentation and DataLoader's teach it.
 * Usage: DATABASE_URL=... PORT=... node apollo.ts
 */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import pg from 'pg';
import {
  CUSTOMER_COLUMNS,
  type CustomerRow,
  createLoaders,
  type ItemRow,
  type Loaders,
  ORDER_COLUMNS,
  type OrderRow,
} from './apollo-loaders.ts';
import { TYPE_DEFS } from './apollo-schema.ts';
import { peerSettings } from './peer-settings.ts';

interface CustomersArguments {
  readonly where?: { readonly city?: { readonly eq?: string } };
  readonly limit: number;
}
interface OrdersArguments {
  readonly where?: { readonly status?: { readonly eq?: string } };
  readonly orderBy?: readonly { readonly placedAt?: 'ASC' | 'DESC' }[];
  readonly limit: number;
}

const { databaseUrl, port, poolSize } = peerSettings();
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });

const resolvers = {
  Query: {
    customer: (_: unknown, { id }: { id: string }, loaders: Loaders) => loaders.customer.load(id),
    customers: (_: unknown, args: CustomersArguments) => selectCustomers(args),
    orders: (_: unknown, args: OrdersArguments) => selectOrders(args),
  },
  Customer: {
    orders: (customer: CustomerRow, _: unknown, loaders: Loaders) =>
      loaders.ordersOfCustomer.load(customer.id),
  },
  Order: {
    status: (order: OrderRow) => order.status.toUpperCase(),
    placedAt: (order: OrderRow) => order.placed_at.toISOString(),
    items: (order: OrderRow, _: unknown, loaders: Loaders) => loaders.itemsOfOrder.load(order.id),
  },
  Item: {
    product: (item: ItemRow, _: unknown, loaders: Loaders) => loaders.product.load(item.product_id),
  },
};

async function selectCustomers({ where, limit }: CustomersArguments): Promise<readonly CustomerRow[]> {
  const city = where?.city?.eq;
  const condition = city === undefined ? 'TRUE' : 'city = $2';
  const text = `SELECT ${CUSTOMER_COLUMNS} FROM customers WHERE ${condition} ORDER BY id LIMIT $1::int`;
  const values = city === undefined ? [limit] : [limit, city];
  return (await pool.query<CustomerRow>({ name: `customers ${condition}`, text, values })).rows;
}

async function selectOrders({ where, orderBy, limit }: OrdersArguments): Promise<readonly OrderRow[]> {
  const order = orderBy?.[0]?.placedAt === 'DESC' ? 'placed_at DESC, id DESC' : 'id';
  const status = where?.status?.eq;
  const condition = status === undefined ? 'TRUE' : 'status = $2';
  const text = `SELECT ${ORDER_COLUMNS} FROM orders WHERE ${condition} ORDER BY ${order} LIMIT $1::int`;
  const values = status === undefined ? [limit] : [limit, status.toLowerCase()];
  return (await pool.query<OrderRow>({ name: `orders ${condition} ${order}`, text, values })).rows;
}

await startStandaloneServer(new ApolloServer<Loaders>({ typeDefs: TYPE_DEFS, resolvers }), {
  listen: { port, host: '127.0.0.1' },
  context: async () => createLoaders(pool),
});
