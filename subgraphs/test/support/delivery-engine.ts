/** An app whose webhooks are delivered: on a database of its own, with the events of its own bus, by workers that tests make. */
import { createDatabase, createMetrics, type Database, type EventBus } from '@rocket/platform';
import { appName, readStream, type StreamRecord } from '@rocket/schema';
import { until } from '../../../tests/harness/until.ts';
import { documentInput } from '../../src/operation/document-input.ts';
import { createWebhookCaller } from '../../src/webhooks/webhook-caller.ts';
import { type AppDeliveries, createAppDeliveries } from '../../src/workers/webhooks/app-deliveries.ts';
import type { DeliverySettings } from '../../src/workers/webhooks/delivery-settings.ts';
import { createWebhookMetrics } from '../../src/workers/webhooks/webhook-metrics.ts';
import { createReceiver, type Receiver } from './webhook-app.ts';
import { ADMIN, createWriteApp, entity, LOGGER, parseApp } from './write-app.ts';

const APP = appName('test_app');
const TASK = entity('task', [
  { name: 'title', type: 'string', required: true },
  { name: 'status', type: 'string', enum: ['new', 'done'], default: 'new' },
  { name: 'count', type: 'int' },
]);
const SETTINGS: DeliverySettings = { timeoutMs: 20_000, disableAfterHours: 120, logDays: 7 };

export type Row = Readonly<Record<string, unknown>>;

export interface DeliveryEngineOptions {
  /** Webhooks of `task`; one that says where it goes by `path`. */
  readonly hooks?: readonly Row[];
  /** Of the document; it gets the address of the receiver. */
  readonly more?: (base: string) => object;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface WorkerOptions {
  /** What the worker has in place of its database. */
  readonly wrap?: (database: Database) => Database;
  readonly settings?: Partial<DeliverySettings>;
  /** It is told of nothing. */
  readonly isDeaf?: boolean;
}

export interface TestWorker extends AppDeliveries {
  /** As the consumer does with an event that is new. */
  handle(record: StreamRecord): Promise<void>;
}

function documentOf(receiver: Receiver, { hooks = [{}], more }: DeliveryEngineOptions): object {
  const webhooks = hooks.map(({ path = '/hook', ...hook }) => ({
    entity: 'task',
    url: `${receiver.base}${path}`,
    ...hook,
  }));
  return { version: 1, entities: [TASK], webhooks, ...more?.(receiver.base) };
}

/** What the bus tells of records, by key and kind. */
function heard(bus: EventBus) {
  const records: StreamRecord[] = [];
  const follower = bus.follow({
    subject: 'rocket.*.*.*.*',
    from: { kind: 'after', position: 0 },
    onLost: (reason) => records.push({ kind: 'unreadable', fault: 'foreign', reason }),
    onMessage: ({ payload }) => void records.push(readStream(payload)),
  });
  const find = (key: string, op: string) =>
    records.find((record) =>
      record.kind === 'change'
        ? record.event.key === key && record.event.op === op
        : record.kind === 'effect' && op === 'effect' && record.effect.key === key,
    );
  return {
    close: () => follower.close(),
    record: async (key: string, op: string): Promise<StreamRecord> => {
      await until(() => find(key, op) !== undefined);
      const found = find(key, op);
      if (found === undefined) throw new Error('It was not told');
      return found;
    },
  };
}

/** Workers of the app, each with connections of its own. */
function workersOf(of: {
  url: string;
  bus: EventBus;
  document: object;
  variables: Readonly<Record<string, string>>;
}) {
  const { url, bus, document, variables } = of;
  const { model } = parseApp(document);
  const metrics = createWebhookMetrics(createMetrics());
  const ends: (() => Promise<void>)[] = [];
  const make = ({ wrap = (same) => same, settings = {}, isDeaf = false }: WorkerOptions = {}): TestWorker => {
    const database = createDatabase({ url, logger: LOGGER, max: 4, applicationName: 'sender' });
    const webhooks = createWebhookCaller({
      outgoingAllow: ['127.0.0.0/8'],
      webhookVariables: new Map(Object.entries(variables)),
      webhookTimeoutMs: 500,
    });
    const deliveries = createAppDeliveries({
      ...{ app: APP, database: wrap(database), bus, webhooks, metrics, logger: LOGGER },
      settings: { ...SETTINGS, ...settings },
    });
    const follower = bus.follow({
      subject: 'rocket.due.*',
      from: { kind: 'new' },
      onLost: () => undefined,
      onMessage: ({ payload }) => {
        const record = readStream(payload);
        if (record.kind === 'due' && !isDeaf) deliveries.lookIn(record.inMs);
      },
    });
    ends.push(async () => {
      follower.close();
      await deliveries.close(100);
      await webhooks.close();
      await database.close();
    });
    return { ...methodsOf(deliveries), handle: (record) => deliveries.deliver(model, record, false) };
  };
  return { model, make, dispose: () => Promise.all(ends.map((end) => end())) };
}

function methodsOf(deliveries: AppDeliveries): AppDeliveries {
  return {
    deliver: (...given) => deliveries.deliver(...given),
    lookIn: (ms) => deliveries.lookIn(ms),
    look: () => deliveries.look(),
    tend: () => deliveries.tend(),
    close: (graceMs) => deliveries.close(graceMs),
  };
}

export async function createDeliveryEngine(options: DeliveryEngineOptions = {}) {
  const receiver = await createReceiver();
  const document = documentOf(receiver, options);
  const base = await createWriteApp();
  await base.activate(document);
  const { database, outbox, url } = base;
  const { variables = {} } = options;
  const workers = workersOf({ url, bus: outbox.bus, document, variables });
  const { model } = workers;
  const told = heard(outbox.bus);
  const writes = () => base.writes(document);
  const task = model.entities.get('task');
  if (task === undefined) throw new Error('no task');
  const inputOf = (input: Row) => documentInput(model.entities, task, input).values;
  const rows = (text: string, values: readonly unknown[] = []) => database.query({ text, values });
  const objects = async (text: string): Promise<readonly Row[]> =>
    (await rows(`SELECT to_jsonb(r) FROM (${text}) r`)).map(([row]) => ({ ...Object(row) }));

  return {
    ...{ receiver, model, rows, worker: workers.make },
    /** The event of a new task. */
    create: async (input: Row = { title: 'a' }): Promise<StreamRecord> => {
      const result = await writes().create(ADMIN, 'task', inputOf(input));
      if (!result.ok) throw new Error(JSON.stringify(result.errors));
      return await told.record(result.key, 'create');
    },
    /** The event of a change of it, or its effect. */
    update: async (created: StreamRecord, input: Row, op = 'update'): Promise<StreamRecord> => {
      const id = keyOf(created);
      await writes().update(ADMIN, 'task', { id, patch: inputOf(input) });
      return await told.record(id, op);
    },
    remove: async (created: StreamRecord): Promise<StreamRecord> => {
      await writes().delete(ADMIN, 'task', { id: keyOf(created) });
      return await told.record(keyOf(created), 'delete');
    },
    /** Stored deliveries in the order of their events; `due_in` in seconds. */
    deliveries: () =>
      objects(
        `SELECT *, extract(epoch FROM due_at - clock_timestamp())::float8 AS due_in
         FROM _webhook_deliveries ORDER BY id`,
      ),
    attempts: () => objects('SELECT * FROM _webhook_attempts ORDER BY delivery_id, number'),
    endpoints: () => objects('SELECT * FROM _webhook_endpoints ORDER BY url'),
    /** Makes due what waits. */
    hurry: () => rows('UPDATE _webhook_deliveries SET due_at = clock_timestamp() WHERE due_at IS NOT NULL'),
    dispose: async () => {
      told.close();
      await receiver.close();
      await workers.dispose();
      await base.dispose();
    },
  };
}

export type DeliveryEngine = Awaited<ReturnType<typeof createDeliveryEngine>>;

function keyOf(record: StreamRecord): string {
  if (record.kind !== 'change') throw new Error('It is no change');
  return record.event.key;
}
