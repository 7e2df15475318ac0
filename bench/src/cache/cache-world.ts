/** Gateways that keep answers, and one that does not, over the same shard process and a real NATS. */
import type { CleanUp } from '../clean-up.ts';
import { readShop } from '../data/shop-document.ts';
import type { ShopWorld } from '../shop/shop-world.ts';
import { type Gateway, startGateway } from '../sides/gateway.ts';
import { startShopOverNats } from '../sides/shop-over-nats.ts';
import { importShop } from '../sides/shop-users.ts';
import { ROLES, type Role, withRoles } from './cache-roles.ts';

export interface CacheWorld {
  readonly shop: ShopWorld;
  /** Keeps answers. */
  readonly keeping: Gateway;
  /** Keeps answers of its own. */
  readonly other: Gateway;
  /** Reads every answer. */
  readonly reading: Gateway;
  /** Headers of one user of each role. */
  readonly callers: Readonly<Record<Role, Readonly<Record<string, string>>>>;
}

/** Null where nats-server is not installed: gateways of several processes keep nothing without it. */
export async function startCacheWorld(
  cleanUp: CleanUp,
  postgresUrl: string | null,
): Promise<CacheWorld | null> {
  const shop = await startShopOverNats(cleanUp, postgresUrl);
  if (shop === null) return null;
  const { gatewayEnv: env } = shop;
  const keeping = await startGateway(cleanUp, { ...env, ROCKET_CACHE: '1' });
  const add = await importShop(keeping, withRoles(await readShop()));
  const [clerk, manager, support] = await Promise.all([add(ROLES[0]), add(ROLES[1]), add(ROLES[2])]);
  const other = await startGateway(cleanUp, { ...env, ROCKET_CACHE: '1' });
  const reading = await startGateway(cleanUp, { ...env, ROCKET_CACHE: '0' });
  return { shop, keeping, other, reading, callers: { clerk, manager, support } };
}
