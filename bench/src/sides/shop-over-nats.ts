/** The shop on a shard process whose changes go to a real NATS, for gateways in processes of their own. */
import { findNatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import type { CleanUp } from '../clean-up.ts';
import { POOL_SIZE } from '../shop/shop-sides.ts';
import { type ShopWorld, startShopWorld } from '../shop/shop-world.ts';

export interface ShopOverNats extends ShopWorld {
  /** What a gateway has to be started with. */
  readonly gatewayEnv: Readonly<Record<string, string>>;
}

/** Null where nats-server is not installed. */
export async function startShopOverNats(
  cleanUp: CleanUp,
  postgresUrl: string | null,
): Promise<ShopOverNats | null> {
  const binary = findNatsServer();
  if (binary === null) return null;
  const nats = await startNatsServer(binary);
  cleanUp.push(() => nats.dispose());
  const env = { NATS_URL: nats.url };
  const shop = await startShopWorld(cleanUp, { poolSize: POOL_SIZE, postgresUrl, env });
  return { ...shop, gatewayEnv: { ...env, ROCKET_CATALOG_URL: shop.shard.catalogUrl } };
}
