/** A shard as a process of the product has it, asked by function calls, with a follower of its events beside it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createDatabase,
  createEventFollower,
  createLogger,
  createMetrics,
  databaseUrl,
  type EventBus,
  followCatalog,
  type Logger,
  loadConfig,
  noSharedCache,
  openCatalog,
} from '@rocket/platform';
import { appName, type CallContext, type ShardService, shardName } from '@rocket/schema';
import { createShard, createShardMetrics } from '@rocket/subgraphs';
import { z } from 'zod';
import { parseShop, readShop } from '../data/shop-document.ts';
import { POOL_SIZE } from '../shop/shop-sides.ts';
import { type DirectApp, FIRST_EPOCH, installApp } from '../sides/install-app.ts';
import type { Channel } from './channel.ts';
import { metricsReader } from './read-metrics.ts';

/** Each channel has an app of its own, since a database is named after its app. */
export const EVENT_APPS = {
  nats: appName('events_nats'),
  process: appName('events_process'),
  'left-out': appName('events_left_out'),
};

const REQUEST_TIMEOUT_MS = 20_000;
const FOLLOWING_POLL_MS = 10;
const WRITE = `mutation Write($input: CustomerCreateInput!) {
  createCustomer(input: $input) { customer { id } errors { code } } }`;
const MADE_AT = `SELECT id::text, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8
  FROM customers WHERE id = ANY($1::uuid[])`;

export interface ShardChannelOptions {
  readonly name: keyof typeof EVENT_APPS;
  readonly postgresUrl: string;
  readonly bus: EventBus;
  /** Where the follower listens: in a process of its own it would have a connection of its own. */
  readonly followed: EventBus;
}

export async function openShardChannel(options: ShardChannelOptions): Promise<Channel> {
  const { name, postgresUrl, followed } = options;
  const logger = createLogger({ level: 'error', name: 'bench' });
  const metrics = createMetrics();
  const { shard, app } = await startShard({ ...options, logger, shardMetrics: createShardMetrics(metrics) });
  const database = createDatabase({ url: databaseUrl(postgresUrl, `rocket_${app.app}`), logger, max: 1 });
  return {
    publishes: name !== 'left-out',
    write: (events) => write(shard, app, events),
    status: metricsReader(metrics),
    async follow(onEvent) {
      const follower = createEventFollower({
        bus: followed,
        logger,
        onRecord: (record) => record.kind === 'change' && onEvent(record.event.key),
        onReset: (reason) => {
          throw new Error(`The events were lost: ${reason}`);
        },
      });
      while (follower.position === 0) await sleep(FOLLOWING_POLL_MS);
      return () => follower.close();
    },
    async madeAt(keys) {
      const rows = await database.query({ text: MADE_AT, values: [keys] });
      return new Map(rows.map((row) => z.tuple([z.string(), z.number()]).parse(row)));
    },
  };
}

async function startShard({
  name: channel,
  postgresUrl,
  bus,
  logger,
  shardMetrics,
}: ShardChannelOptions & { logger: Logger; shardMetrics: ReturnType<typeof createShardMetrics> }) {
  const catalog = await openCatalog({
    url: databaseUrl(postgresUrl, `catalog_${EVENT_APPS[channel]}`),
    logger,
  });
  const name = shardName('bench');
  await catalog.addShard({ name, databaseUrl: postgresUrl, url: null });
  const view = await followCatalog(catalog, logger);
  const config = loadConfig({ ROCKET_POOL_MAX_PER_APP: String(POOL_SIZE) });
  const shard = await createShard({
    ...{ name, catalog, view, bus, config, logger, metrics: shardMetrics },
    sharedCache: noSharedCache(),
  });
  const document = parseShop(EVENT_APPS[channel], await readShop());
  const activate = shard.activate;
  const app = await installApp({ catalog, shard: name, activate }, EVENT_APPS[channel], document);
  return { shard, app };
}

const answer = z.object({
  data: z.object({ createCustomer: z.object({ customer: z.object({ id: z.string() }) }) }),
});

/** A new customer, with orders where there is more than one change. */
async function write(
  shard: Pick<ShardService, 'execute'>,
  { app, graph }: DirectApp,
  events: number,
): Promise<string> {
  const context: CallContext = {
    ...{ app, graph, epoch: FIRST_EPOCH, requestId: 'bench' },
    caller: { userId: null, email: null, roles: [], isAdmin: true },
    deadlineAtMs: Date.now() + REQUEST_TIMEOUT_MS,
  };
  const variables = { input: customer(events - 1) };
  const { json } = await shard.execute(context, { query: WRITE, variables, operationName: 'Write' });
  const text = json();
  const read = answer.safeParse(JSON.parse(text));
  if (!read.success) throw new Error(`A write was answered with ${text}`);
  return read.data.data.createCustomer.customer.id;
}

function customer(orders: number) {
  const order = { status: 'PAID', total: '149.90', placedAt: '2026-01-31T10:15:00Z' };
  return {
    name: 'Kim Berg',
    email: `${randomUUID()}@example.com`,
    city: 'Bergen',
    registeredAt: '2026-01-31T10:00:00Z',
    ...(orders === 0 ? {} : { orders: { data: Array.from({ length: orders }, () => order) } }),
  };
}
