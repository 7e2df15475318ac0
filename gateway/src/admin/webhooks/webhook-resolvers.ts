/** Webhooks of the apps: where they go, what became of them, and what somebody may do about it. */
import { beforeDeadline } from '@rocket/platform';
import {
  type DeliveryDetail,
  MAX_DELIVERIES_PER_PAGE,
  MAX_SECRET_OVERLAP_DAYS,
  type Placed,
  type ShardWebhooks,
} from '@rocket/schema';
import { existingApp } from '../apps/existing-app.ts';
import { requireWithin } from '../events/require-within.ts';
import { ADMIN_TIMEOUT_MS, type AdminContext, type AdminParts } from '../parts.ts';
import {
  type ChosenInput,
  chosenDeliveries,
  type DeliveryFilterInput,
  deliveryFilter,
  deliveryId,
  endpointId,
} from './delivery-arguments.ts';

const MAX_OVERLAP_HOURS = MAX_SECRET_OVERLAP_DAYS * 24;
const HOUR_MS = 3_600_000;

interface AppArgument {
  readonly app: string;
}

interface EndpointArguments extends AppArgument {
  readonly endpoint: string;
}

interface PageArguments extends AppArgument {
  readonly filter?: DeliveryFilterInput | null;
  readonly after?: string | null;
  readonly limit: number;
}

interface RotateArguments extends EndpointArguments {
  readonly secret?: string | null;
  readonly overlapHours: number;
}

export function webhookQueries(parts: AdminParts) {
  const read = asking(parts, 'read');
  return {
    webhookEndpoints: (_: unknown, { app }: AppArgument) =>
      read(app, (webhooks, at) => webhooks.endpoints(at)),
    webhookDeliveries: async (_: unknown, { app, filter, after, limit }: PageArguments) => {
      requireWithin('limit', limit, [1, MAX_DELIVERIES_PER_PAGE]);
      const page = {
        filter: deliveryFilter(filter),
        after: after == null ? null : deliveryId(after),
        limit,
      };
      const deliveries = await read(app, (webhooks, at) => webhooks.deliveries(at, page));
      return { deliveries, next: deliveries.length < limit ? null : (deliveries.at(-1)?.id ?? null) };
    },
    webhookDelivery: async (_: unknown, { app, id }: AppArgument & { id: string }) => {
      const input = { id: deliveryId(id) };
      const detail = await read(app, (webhooks, at) => webhooks.delivery(at, input));
      return detail === null ? null : detailView(detail);
    },
    webhookSecret: async (_: unknown, args: EndpointArguments, { actor }: AdminContext) => {
      const { app } = args;
      const endpoint = endpointId(args.endpoint);
      parts.logger.info({ actor, app, endpoint }, 'the secret of an endpoint of webhooks is read');
      return (await read(app, (webhooks, at) => webhooks.secret(at, { endpoint }))).secret;
    },
  };
}

export function webhookMutations(parts: AdminParts) {
  const { logger } = parts;
  const write = asking(parts, 'write');
  return {
    rotateWebhookSecret: async (
      _: unknown,
      { app, secret, overlapHours, ...args }: RotateArguments,
      { actor }: AdminContext,
    ) => {
      requireWithin('overlapHours', overlapHours, [0, MAX_OVERLAP_HOURS]);
      const endpoint = endpointId(args.endpoint);
      const overlapMs = Math.round(overlapHours * HOUR_MS);
      logger.info({ actor, app, endpoint, overlapMs }, 'the secret of an endpoint of webhooks is replaced');
      const input = { endpoint, secret: secret ?? null, overlapMs };
      return (await write(app, (webhooks, at) => webhooks.rotate(at, input))).secret;
    },
    setWebhookEnabled: async (
      _: unknown,
      { app, enabled, ...args }: EndpointArguments & { enabled: boolean },
      { actor }: AdminContext,
    ) => {
      const input = { endpoint: endpointId(args.endpoint), isEnabled: enabled };
      logger.info({ actor, app, ...input }, 'an endpoint of webhooks is enabled or disabled');
      await write(app, (webhooks, at) => webhooks.setEnabled(at, input));
      return true;
    },
    redeliverWebhooks: async (
      _: unknown,
      { app, ...args }: AppArgument & ChosenInput,
      { actor }: AdminContext,
    ) => {
      const chosen = chosenDeliveries(args);
      logger.info({ actor, app, chosen }, 'deliveries of webhooks are made again');
      return (await write(app, (webhooks, at) => webhooks.redeliver(at, chosen))).count;
    },
    testWebhook: async (_: unknown, args: EndpointArguments, { actor }: AdminContext) => {
      const { app } = args;
      const endpoint = endpointId(args.endpoint);
      logger.info({ actor, app, endpoint }, 'an endpoint of webhooks is tested');
      return detailView(await write(app, (webhooks, at) => webhooks.test(at, { endpoint })));
    },
  };
}

/** What is known of it is told apart from what is sent and what came back. */
function detailView({ method, body, log, ...delivery }: DeliveryDetail) {
  return { delivery, method, body, log };
}

/** Makes what asks the shard of an app. It throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE`. */
function asking({ view, shards }: AdminParts, operation: 'read' | 'write') {
  return async <T>(name: string, use: (webhooks: ShardWebhooks, at: Placed) => Promise<T>): Promise<T> => {
    await view.refresh();
    const app = existingApp(name, { view });
    const deadlineAtMs = Date.now() + ADMIN_TIMEOUT_MS;
    return await shards.call({ app, operation, deadlineAtMs }, (shard, { epoch }) =>
      beforeDeadline(deadlineAtMs, use(shard.webhooks, { app, epoch })),
    );
  };
}
