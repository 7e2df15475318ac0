/** Webhooks of apps in memory: each app has two endpoints, of which one accepts, and some deliveries. */
import {
  type AppName,
  type DeliveryDetail,
  type DeliveryFilter,
  deliveryId,
  RocketError,
  type ShardWebhooks,
  type WebhookEndpoint,
  webhookSecret,
  webhookSecretProblem,
} from '@rocket/schema';

export const ACCEPTING = '11111111-1111-4111-8111-111111111111';
export const REFUSING = '22222222-2222-4222-8222-222222222222';
export const FIRST_SECRET = webhookSecret(Buffer.alloc(32, 1));
const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
const HOUR_MS = 3_600_000;

interface Endpoint {
  readonly url: string;
  secret: string;
  formerUntil: string | null;
  disabledAt: string | null;
}

interface AppWebhooks {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** The oldest first. */
  readonly deliveries: DeliveryDetail[];
}

export function memoryWebhooks(): ShardWebhooks {
  const apps = new Map<AppName, AppWebhooks>();
  const of = (app: AppName): AppWebhooks => {
    const known = apps.get(app) ?? newApp();
    apps.set(app, known);
    return known;
  };
  const endpointOf = (app: AppName, id: string): Endpoint => {
    const endpoint = of(app).endpoints.get(id);
    if (endpoint === undefined) throw new RocketError('NOT_FOUND', `There is no endpoint ${id}`);
    return endpoint;
  };
  return {
    endpoints: async ({ app }) =>
      [...of(app).endpoints].map((entry) => endpointView(entry, of(app).deliveries)),
    secret: async ({ app }, { endpoint }) => ({ secret: endpointOf(app, endpoint).secret }),
    async rotate({ app }, { endpoint, secret, overlapMs }) {
      const found = endpointOf(app, endpoint);
      const problem = secret === null ? null : webhookSecretProblem(secret);
      if (problem !== null) throw new RocketError('BAD_USER_INPUT', problem);
      found.secret = secret ?? webhookSecret(Buffer.alloc(32, 2));
      found.formerUntil = overlapMs === 0 ? null : new Date(BEGIN + overlapMs).toISOString();
      return { secret: found.secret };
    },
    async setEnabled({ app }, { endpoint, isEnabled }) {
      endpointOf(app, endpoint).disabledAt = isEnabled ? null : new Date(BEGIN).toISOString();
    },
    ...memoryDeliveries(of),
    async test({ app }, { endpoint }) {
      const { url } = endpointOf(app, endpoint);
      const { deliveries } = of(app);
      const made = delivery(deliveries.length, {
        endpoint,
        url,
        event: 'test',
        entity: null,
        recordKey: null,
      });
      deliveries.push(made);
      return made;
    },
  };
}

function memoryDeliveries(
  of: (app: AppName) => AppWebhooks,
): Pick<ShardWebhooks, 'deliveries' | 'delivery' | 'redeliver'> {
  return {
    async deliveries({ app }, { filter, after, limit }) {
      const found = of(app).deliveries.filter((each) => isMeant(each, filter));
      return found
        .toReversed()
        .filter(({ id }) => after === null || id < after)
        .slice(0, limit)
        .map(({ method, body, log, ...record }) => record);
    },
    delivery: async ({ app }, { id }) => of(app).deliveries.find((each) => each.id === id) ?? null,
    async redeliver({ app }, chosen) {
      const { deliveries } = of(app);
      const isChosen = (each: DeliveryDetail): boolean =>
        chosen.kind === 'ids' ? chosen.ids.includes(each.id) : isMeant(each, chosen.filter);
      let count = 0;
      for (const [at, each] of deliveries.entries()) {
        if (!isChosen(each) || each.dueAt !== null) continue;
        deliveries[at] = { ...each, status: 'pending', dueAt: each.createdAt, endedAt: null };
        count += 1;
      }
      return { count };
    },
  };
}

function newApp(): AppWebhooks {
  const endpoint = (url: string): Endpoint => ({
    ...{ url, secret: FIRST_SECRET, formerUntil: null, disabledAt: null },
  });
  const endpoints = new Map([
    [ACCEPTING, endpoint('https://accepting.test/hook')],
    [REFUSING, endpoint('https://refusing.test/hook')],
  ]);
  const deliveries = [ACCEPTING, REFUSING, ACCEPTING, REFUSING].map((endpoint, at) =>
    delivery(at, {
      ...{ endpoint, url: endpoints.get(endpoint)?.url ?? '', event: 'after_write' as const },
      ...{ entity: 'customer', recordKey: `k${at}` },
    }),
  );
  return { endpoints, deliveries };
}

/** One an hour. */
function delivery(
  at: number,
  about: Pick<DeliveryDetail, 'endpoint' | 'url' | 'event' | 'entity' | 'recordKey'>,
): DeliveryDetail {
  const createdAt = new Date(BEGIN + at * HOUR_MS).toISOString();
  const isAccepted = about.endpoint === ACCEPTING;
  const status = isAccepted ? 200 : 500;
  const response = isAccepted ? 'thanks' : 'no';
  return {
    ...about,
    id: deliveryId(createdAt, `${at}`),
    ...{ status: isAccepted ? 'delivered' : 'failed', attempts: 1, maxAttempts: 3, lastStatus: status },
    error: isAccepted ? null : 'the receiver answers 500',
    ...{ createdAt, dueAt: null, endedAt: createdAt, method: 'POST', body: '{"event":"it"}' },
    log: [{ number: 1, at: createdAt, durationMs: 12.5, status, error: null, response }],
  };
}

function isMeant(delivery: DeliveryDetail, filter: DeliveryFilter): boolean {
  const { since, until, ...same } = filter;
  const at = Date.parse(delivery.createdAt);
  return (
    Object.entries(same).every(
      ([name, value]) =>
        value === null || Object.entries(delivery).some(([of, is]) => of === name && is === value),
    ) &&
    (since === null || at >= Date.parse(since)) &&
    (until === null || at < Date.parse(until))
  );
}

function endpointView(
  [id, { url, formerUntil, disabledAt }]: readonly [string, Endpoint],
  deliveries: readonly DeliveryDetail[],
): WebhookEndpoint {
  const sent = deliveries.filter(({ endpoint }) => endpoint === id);
  return {
    ...{ id, url, createdAt: new Date(BEGIN).toISOString() },
    disabled: disabledAt === null ? null : { reason: 'admin', at: disabledAt },
    failingSince: id === REFUSING ? new Date(BEGIN).toISOString() : null,
    formerSecretUntil: formerUntil,
    waiting: sent.filter(({ dueAt }) => dueAt !== null).length,
    failed: sent.filter(({ status }) => status === 'failed').length,
    uses: [{ event: 'after_write', of: 'customer', method: 'POST' }],
  };
}
