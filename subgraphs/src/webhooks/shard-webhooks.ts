/** The webhooks of the apps on this shard, for administrators. */
import type { Database, EventBus } from '@rocket/platform';
import {
  type AppModel,
  type AppName,
  type DeliveryDetail,
  type DocumentedUse,
  type Placed,
  readDeliveryId,
  type ShardWebhooks,
  webhookUses,
} from '@rocket/schema';
import { ensureSystemTables } from '../tables/ensure-system-tables.ts';
import {
  selectAttempts,
  selectDeliveries,
  selectDelivery,
  toDelivery,
  toDetail,
} from './delivery-log-sql.ts';
import { disable, enable, findEndpoint, rotate } from './endpoint-admin.ts';
import { selectEndpointList, toWebhookEndpoint } from './endpoint-admin-sql.ts';
import { ensureEndpoints } from './endpoint-sql.ts';
import { redeliver } from './redeliver.ts';
import { testEndpoint } from './test-endpoint.ts';
import type { Calls } from './webhook-caller.ts';

export interface ShardWebhooksOptions {
  /** Finds an app's database, or throws `WRONG_EPOCH`. */
  readonly databaseOf: (at: Placed) => Promise<Database>;
  /** What is served of the app now; null when nothing is. */
  readonly modelOf: (app: AppName) => Promise<AppModel | null>;
  readonly calls: Pick<Calls, 'call'>;
  readonly bus: Pick<EventBus, 'publish'>;
}

export function createShardWebhooks(options: ShardWebhooksOptions): ShardWebhooks {
  const { calls, bus } = options;
  const open = async (at: Placed): Promise<Database> => {
    const database = await options.databaseOf(at);
    await ensureSystemTables(database);
    return database;
  };
  const usesOf = async ({ app }: Placed): Promise<readonly DocumentedUse[]> => {
    const model = await options.modelOf(app);
    return model === null ? [] : webhookUses(model);
  };
  return {
    endpoints: async (at) => {
      const database = await open(at);
      const uses = await usesOf(at);
      if (uses.length > 0) await database.query(ensureEndpoints(uses.map(({ url }) => url)));
      return (await database.query(selectEndpointList())).map((row) => toWebhookEndpoint(row, uses));
    },
    secret: async (at, of) => {
      const { secrets } = await findEndpoint(await open(at), of);
      const [secret] = secrets;
      return { secret };
    },
    rotate: async (at, input) => await rotate(await open(at), input),
    setEnabled: async (at, { isEnabled, ...of }) => {
      const database = await open(at);
      await (isEnabled ? enable(database, of) : disable(database, of));
    },
    deliveries: async (at, { filter, ...page }) => {
      const statement = selectDeliveries(filter, page);
      return (await (await open(at)).query(statement)).map(toDelivery);
    },
    delivery: async (at, { id }) => await findDelivery(await open(at), id),
    redeliver: async (at, chosen) => await redeliver({ app: at.app, database: await open(at), bus }, chosen),
    test: async (at, of) => {
      const database = await open(at);
      const endpoint = await findEndpoint(database, of);
      const use = (await usesOf(at)).find(({ url }) => url === endpoint.url);
      const id = await testEndpoint({ at, database, calls, endpoint, use });
      const detail = await findDelivery(database, id);
      if (detail === null) throw new Error('A test that was stored is not there');
      return detail;
    },
  };
}

/** Its state and its attempts are of one moment. */
async function findDelivery(database: Database, given: string): Promise<DeliveryDetail | null> {
  const id = readDeliveryId(given);
  if (id === null) return null;
  return await database.transaction(
    async (tx) => {
      const [row] = await tx.query(selectDelivery(id));
      return row === undefined ? null : toDetail(row, await tx.query(selectAttempts(id)));
    },
    { isolation: 'repeatable read' },
  );
}
