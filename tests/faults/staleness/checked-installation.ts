/** Two gateways in this process, each with a view, a bus and a cache of its own, over real servers and shards. */
import { createGateway } from '@rocket/gateway';
import { createMetrics, followCatalog, loadConfig, openNatsBus, openRedisCache } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { HangingRelay } from '../../harness/servers/hanging-relay.ts';
import { SHARED_THREADS } from '../../harness/shared-threads.ts';
import { type CheckedAccess, openAccess } from '../support/checked/checked-access.ts';
import type { AppKey } from '../support/checked/checked-apps.ts';
import {
  type CheckedServers,
  LOGGER,
  type ShardProcess,
  startServers,
} from '../support/checked/checked-servers.ts';
import { type Closing, startClosing } from '../support/closing.ts';

export interface CheckedInstallation
  extends CheckedAccess,
    Omit<CheckedServers, 'startGateway' | 'openOutside' | 'relayToNats'> {
  /** Each gateway's way to NATS. */
  readonly gatewayNats: readonly [HangingRelay, HangingRelay];
  /** The processes that serve each app; two of crm, of which each knows only its own writes. */
  readonly shards: Record<AppKey, readonly ShardProcess[]>;
  dispose(): Promise<void>;
}

export function startCheckedInstallation(): Promise<CheckedInstallation> {
  return startClosing(startParts);
}

async function startParts(closing: Closing): Promise<Omit<CheckedInstallation, 'dispose'>> {
  const servers = await startServers(closing);
  const { balancers } = servers;
  const shards = {
    crm: [await servers.startShard('crm'), await servers.startShard('crm')],
    shop: [await servers.startShard('shop')],
  };
  for (const app of ['crm', 'shop'] as const)
    balancers[app].serve(shards[app].map(({ process }) => process.url));
  const gatewayNats = [await servers.relayToNats(), await servers.relayToNats()] as const;
  const access = await openAccess(servers, [
    await startGateway(servers, gatewayNats[0], closing),
    await startGateway(servers, gatewayNats[1], closing),
  ]);
  return { ...servers, ...access, shards, gatewayNats };
}

/** Returns its URL. */
async function startGateway(
  { catalog, redis }: CheckedServers,
  nats: HangingRelay,
  closing: Closing,
): Promise<string> {
  const files = { credsFile: null, caFile: null, certFile: null, keyFile: null };
  const stream = { retentionDays: 7, replicas: 1, maxBytes: null };
  const bus = await openNatsBus({ ...files, stream, logger: LOGGER, name: 'gateway', servers: [nats.url] });
  closing.push(() => bus.close());
  const sharedCache = await openRedisCache({ url: redis.url, namespace: 'checked', logger: LOGGER });
  closing.push(() => sharedCache.close());
  const gateway = await createGateway({
    ...{ catalog, bus, sharedCache, view: await followCatalog(catalog, LOGGER) },
    shards: () => {
      throw new RocketError('SHARD_UNAVAILABLE', 'No shard is in this process');
    },
    ...{ config: loadConfig({}), logger: LOGGER, metrics: createMetrics(), threads: SHARED_THREADS },
  });
  closing.push(() => gateway.close());
  return `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}`;
}
