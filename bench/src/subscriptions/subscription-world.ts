/**
 * A gateway in a process of its own over the shop, whose records are changed at the shard, so that the gateway does
 * nothing but tell of it; and a bare server that tells the same.
 */
import { join } from 'node:path';
import { OPERATION_PATH } from '@rocket/schema';
import { type CleanUp, withCleanUp } from '../clean-up.ts';
import { orderId } from '../data/order-id.ts';
import { readShop } from '../data/shop-document.ts';
import { freePort, postJson } from '../http.ts';
import { TELL_CHANGES_PATHS } from '../peers/tell-changes-paths.ts';
import { startProcess } from '../process.ts';
import { type Gateway, startGateway } from '../sides/gateway.ts';
import { type ShopOverNats, startShopOverNats } from '../sides/shop-over-nats.ts';
import { importShop } from '../sides/shop-users.ts';
import type { ChangeSide } from './change-side.ts';
import { type Told, withChange } from './told.ts';

const UPDATE =
  'mutation Update($id: ID!, $total: Decimal!) { updateOrder(id: $id, patch: { total: $total }) { order { id } } }';
/** More than any order has cost, so that every change makes it another. */
const FIRST_TOTAL = 100_000;
const ADMIN = { userId: 'bench', email: null, roles: ['admin'], isAdmin: true };

export interface SubscriptionWorld {
  readonly gateway: ChangeSide;
  /** Tells what the gateway has told once, with another record in it. */
  startFloor(told: string): Promise<ChangeSide>;
  /** Key of an order that no change of this run has touched. */
  nextOrder(): string;
}

/** Null where nats-server is not installed: a gateway of its own process hears of no change without it. */
export async function startSubscriptionWorld(
  cleanUp: CleanUp,
  postgresUrl: string | null,
): Promise<SubscriptionWorld | null> {
  const shop = await startShopOverNats(cleanUp, postgresUrl);
  if (shop === null) return null;
  // By another gateway than the one that is measured, whose memory holds nothing of it then.
  const { authorization } = await withCleanUp(async (inner) => {
    const add = await importShop(await startGateway(inner, shop.gatewayEnv), await readShop());
    return await add('clerk');
  });
  const gateway = await startGateway(cleanUp, shop.gatewayEnv);
  let orders = 0;
  return {
    gateway: { ...gatewaySide(gateway), authorization, change: changer(shop) },
    startFloor: (told) => startFloor(cleanUp, told),
    nextOrder() {
      orders += 1;
      return orderId(orders);
    },
  };
}

function gatewaySide({ url, pid, metrics }: Gateway): Omit<ChangeSide, 'authorization' | 'change'> {
  const read = async (name: string): Promise<number> => {
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(await metrics());
    if (found === null) throw new Error(`The gateway does not measure ${name}`);
    return Number(found[1]);
  };
  return {
    ...{ name: 'gateway', url, pid },
    open: () => read('rocket_subscriptions'),
    recordsRead: () => read('rocket_subscription_records_read_total'),
  };
}

function changer({ shard, shop }: ShopOverNats): ChangeSide['change'] {
  const headers = shard.headers(shop, { caller: ADMIN });
  let changes = 0;
  return async (id) => {
    changes += 1;
    const variables = { id, total: (FIRST_TOTAL + changes).toFixed(2) };
    const body = JSON.stringify({ query: UPDATE, variables });
    const answer = await postJson(`${shard.url}${OPERATION_PATH}`, headers(body), body);
    if (!answer.includes(id)) throw new Error(`A change was refused: ${answer}`);
  };
}

async function startFloor(cleanUp: CleanUp, told: string): Promise<ChangeSide> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const openUrl = `${url}${TELL_CHANGES_PATHS.open}`;
  const { pid, stop } = await startProcess({
    file: join(import.meta.dirname, '../peers/tell-changes.ts'),
    args: [],
    env: { PORT: new URL(url).port },
    readyUrl: openUrl,
  });
  cleanUp.push(stop);
  return {
    ...{ name: 'bare ws', url, pid, authorization: '' },
    async change(id) {
      const at: Told['at'] = new Date().toISOString();
      await postJson(`${url}${TELL_CHANGES_PATHS.changes}`, {}, withChange(told, { id, at }));
    },
    open: async () => Number(await (await fetch(openUrl)).text()),
    recordsRead: async () => 0,
  };
}
