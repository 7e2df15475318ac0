/** An app whose webhooks are administered, with a real receiver, and with deliveries as workers leave them. */
import { createInProcessBus, type EventBus, type Queryable, type StreamMessage } from '@rocket/platform';
import {
  appName,
  type DeliveryFilter,
  type DeliveryRecord,
  deliveryId,
  epoch,
  type Placed,
  type WebhookEndpoint,
} from '@rocket/schema';
import { createShardWebhooks } from '../../src/webhooks/shard-webhooks.ts';
import { createWebhookCaller } from '../../src/webhooks/webhook-caller.ts';
import { LOGGER } from './test-outbox.ts';
import { createReceiver } from './webhook-app.ts';
import { act, CREATED, workflow, workflowDocument } from './workflow-documents.ts';
import { createWriteApp, parseApp } from './write-app.ts';

export const AT: Placed = { app: appName('test_app'), epoch: epoch(1) };
export const UNKNOWN = '00000000-0000-4000-8000-000000000000';
export const HOOK_KEY = 'open sesame';

export const ANY: DeliveryFilter = {
  ...{ endpoint: null, status: null, event: null, entity: null, recordKey: null, since: null, until: null },
};

/** A hook and another one at the same address, one that is off, and actions of a transition and a workflow. */
function documentOf(base: string): object {
  const call = { type: 'webhook', url: `${base}/b`, method: 'PUT' };
  return workflowDocument([workflow('inform', CREATED, [act('tell', [call])])], {
    webhooks: [
      {
        ...{ entity: 'log', hook: 'after_write', url: `${base}/a`, method: 'PATCH' },
        headers: { 'X-Key': 'Bearer {{env.HOOK_KEY}}' },
      },
      { entity: 'task', hook: 'before_delete', url: `${base}/a`, method: 'DELETE' },
      { entity: 'log', hook: 'after_write', url: `${base}/off`, active: false },
    ],
    state_machines: [
      {
        ...{ entity: 'task', field: 'status' },
        definition: {
          initial: 'new',
          transitions: [{ from: 'new', to: 'done', actions: [{ type: 'webhook', url: `${base}/c` }] }],
        },
      },
    ],
  });
}

type Stored = Partial<Pick<DeliveryRecord, 'event' | 'entity' | 'recordKey' | 'status' | 'createdAt'>>;

export interface AdminAppOptions {
  readonly allow?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly bus?: Pick<EventBus, 'publish'>;
}

export async function createWebhookAdminApp() {
  const receiver = await createReceiver();
  const app = await createWriteApp();
  await app.activate(documentOf(receiver.base));
  const { model } = parseApp(documentOf(receiver.base));
  const bus = createInProcessBus({ logger: LOGGER });
  const told: StreamMessage[] = [];
  const follower = bus.follow({
    ...{ subject: 'rocket.>', from: { kind: 'after', position: 0 } },
    onMessage: (message) => told.push(message),
    onLost: (reason) => {
      throw new Error(reason);
    },
  });
  const callers: { close(): Promise<void> }[] = [];
  const webhooksOf = (options: AdminAppOptions & { readonly served?: typeof model | null } = {}) => {
    const { allow = ['127.0.0.0/8'], variables = { HOOK_KEY }, served = model } = options;
    const webhookVariables = new Map(Object.entries(variables));
    const calls = createWebhookCaller({ outgoingAllow: allow, webhookVariables, webhookTimeoutMs: 500 });
    callers.push(calls);
    const databaseOf = async () => app.database;
    return createShardWebhooks({ databaseOf, modelOf: async () => served, calls, bus: options.bus ?? bus });
  };
  const webhooks = webhooksOf();
  const rows = (text: string, values: readonly unknown[] = []) => app.database.query({ text, values });
  return {
    ...{ receiver, database: app.database, webhooks, webhooksOf, rows, told },
    endpoint: async (path: string): Promise<WebhookEndpoint> => {
      const endpoints = await webhooks.endpoints(AT);
      const found = endpoints.find(({ url }) => url === `${receiver.base}${path}`);
      if (found === undefined) throw new Error(`No endpoint at ${path}`);
      return found;
    },
    /** @returns the id */
    store: async (endpoint: string, stored: Stored = {}) =>
      await storeDelivery(app.database, endpoint, stored),
    clear: async () => {
      await rows('TRUNCATE _webhook_endpoints, _webhook_forms, _webhook_deliveries, _webhook_attempts');
      receiver.reset();
      told.length = 0;
    },
    dispose: async () => {
      follower.close();
      await bus.close();
      for (const caller of callers) await caller.close();
      await receiver.close();
      await app.dispose();
    },
  };
}

let made = 0;

/** A delivery of its own, with the one attempt that has left it so. @returns its id */
async function storeDelivery(database: Queryable, endpoint: string, stored: Stored): Promise<string> {
  const { event = 'after_write', entity = 'task', recordKey = '7', status = 'failed' } = stored;
  const createdAt = stored.createdAt ?? '2026-01-01T00:00:00.000Z';
  made += 1;
  const id = deliveryId(createdAt, `${made}`);
  const isDue = status === 'pending' || status === 'retrying';
  const form = JSON.stringify({ method: 'PATCH', headers: [], retry: { maxAttempts: 3, backoff: 'linear' } });
  await database.query({
    text: `INSERT INTO _webhook_forms VALUES ('f', $1::jsonb) ON CONFLICT DO NOTHING`,
    values: [form],
  });
  await database.query({
    text: `INSERT INTO _webhook_deliveries (id, endpoint_id, form, event, entity, record_key, body, status, claim, tries,
             due_at, last_status, error, created_at, ended_at)
           VALUES ($1, $2, 'f', $3, $4, $5, '{"n":1}', $6, 1, 1, CASE WHEN $7 THEN now() END, 500,
             CASE WHEN $6 = 'failed' THEN 'no' END, $8, CASE WHEN NOT $7 THEN now() END)`,
    values: [id, endpoint, event, entity, recordKey, status, isDue, createdAt],
  });
  await database.query({
    text: `INSERT INTO _webhook_attempts VALUES ($1::uuid, 1, '2026-01-01T00:00:00Z', 12, 500, NULL, 'oops')`,
    values: [id],
  });
  return id;
}

export type WebhookAdminApp = Awaited<ReturnType<typeof createWebhookAdminApp>>;
