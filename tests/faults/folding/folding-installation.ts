/** Two gateways as processes of their own, each behind an address that outlives it, over real servers and shards. */
import type { RocketProcess } from '../../harness/servers/rocket-process.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { type CheckedAccess, openAccess } from '../support/checked/checked-access.ts';
import type { AppKey } from '../support/checked/checked-apps.ts';
import {
  type CheckedServers,
  METRICS_TOKEN,
  type ShardProcess,
  startServers,
} from '../support/checked/checked-servers.ts';
import { type Closing, startClosing } from '../support/closing.ts';

type GatewayNumber = 0 | 1;

export interface FoldingInstallation
  extends CheckedAccess,
    Pick<CheckedServers, 'nats' | 'redis' | 'replicated' | 'balancers' | 'startShard'> {
  /** URLs of an app's graph at both gateways. */
  urls(graph: AppKey): readonly string[];
  /** At both. */
  openSubscriptions(): Promise<number>;
  /** Ends a gateway with SIGKILL, and starts another one at its address. */
  replaceGateway(number: GatewayNumber): Promise<void>;
  /** Whether a connection to the gateway can have been cut off now. */
  mayCut(number: number): boolean;
  /** Errors that processes of gateways have logged, also those that were replaced. */
  logged(): readonly string[];
  readonly shards: Record<AppKey, readonly ShardProcess[]>;
  dispose(): Promise<void>;
}

/** What was cut off is noticed by then. */
const NOTICE_MS = 1_000;

export function startFoldingInstallation(): Promise<FoldingInstallation> {
  return startClosing(startParts);
}

async function startParts(closing: Closing): Promise<Omit<FoldingInstallation, 'dispose'>> {
  const servers = await startServers(closing);
  const [crm, shop, ...gateways] = await Promise.all([
    servers.startShard('crm'),
    servers.startShard('shop'),
    startReplaceable(servers, closing),
    startReplaceable(servers, closing),
  ]);
  servers.balancers.crm.serve([crm.process.url]);
  servers.balancers.shop.serve([shop.process.url]);
  const access = await openAccess(servers, [gateways[0].url, gateways[1].url]);
  return {
    ...{ ...servers, ...access, shards: { crm: [crm], shop: [shop] } },
    urls: (graph) => gateways.map(({ url }) => `${url}${access.path(graph)}`),
    async openSubscriptions() {
      const open = await Promise.all(gateways.map(({ url }) => openSubscriptionsAt(url)));
      return open.reduce((total, each) => total + each, 0);
    },
    replaceGateway: (number) => gateways[number].replace(),
    ask: (asking) => {
      // Writes go on at the other one.
      const isAway = gateways[asking.gateway]?.mayCut() ?? false;
      return access.ask({ ...asking, gateway: isAway ? 1 - asking.gateway : asking.gateway });
    },
    logged: () => gateways.flatMap(({ logged }) => logged()),
    mayCut: (number) => gateways[number]?.mayCut() ?? false,
  };
}

interface Replaceable {
  readonly url: string;
  replace(): Promise<void>;
  mayCut(): boolean;
  logged(): readonly string[];
}

async function startReplaceable(
  { startGateway }: Pick<CheckedServers, 'startGateway'>,
  closing: Closing,
): Promise<Replaceable> {
  const balancer: Balancer = await startBalancer();
  closing.push(() => balancer.close());
  let serving: RocketProcess = await startGateway();
  balancer.serve([serving.url]);
  const all = [serving];
  let isAwayUntilMs = 0;
  return {
    url: balancer.url,
    mayCut: () => performance.now() < isAwayUntilMs,
    logged: () => all.flatMap((each) => each.output().split('\n').filter(isError)),
    async replace() {
      isAwayUntilMs = Number.POSITIVE_INFINITY;
      await serving.end('SIGKILL');
      balancer.serve([]);
      serving = await startGateway();
      all.push(serving);
      balancer.serve([serving.url]);
      isAwayUntilMs = performance.now() + NOTICE_MS;
    },
  };
}

async function openSubscriptionsAt(url: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  return Number(/^rocket_subscriptions (\d+)$/m.exec(await response.text())?.[1]);
}

/** A line of a log of level error or fatal. */
function isError(line: string): boolean {
  return /"level":[56]0/.test(line);
}
