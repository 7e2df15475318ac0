/** The sides of the shop's scenarios by the names of `--sides`. */
import { OPERATION_PATH } from '@rocket/schema';
import type { CleanUp } from '../clean-up.ts';
import { handOverShop } from '../data/shop-database.ts';
import { readShop } from '../data/shop-document.ts';
import { startPeer } from '../sides/peer-side.ts';
import { startRocketGraph } from '../sides/rocket-graph.ts';
import type { Side } from '../sides/side.ts';
import { countStatements } from '../sides/statement-counter.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ShopWorld } from './shop-world.ts';

/** Connections to Postgres of every side. */
export const POOL_SIZE = 10;
/** In the order of the report. */
export const SIDE_NAMES = ['shard', 'graph', 'postgraphile', 'apollo', 'limit'] as const;
export type SideName = (typeof SIDE_NAMES)[number];

export async function startSide(cleanUp: CleanUp, name: SideName, world: ShopWorld): Promise<Side> {
  switch (name) {
    case 'shard':
      return shardSide(world);
    case 'graph':
      return startGraph(cleanUp, world);
    case 'postgraphile':
    case 'apollo':
    case 'limit':
      return startPeer(cleanUp, name, { postgresUrl: world.postgresUrl, poolSize: POOL_SIZE });
    default:
      return name satisfies never;
  }
}

function shardSide({ shard, shop }: ShopWorld): Side {
  return {
    name: 'Rocket shard',
    url: `${shard.url}${OPERATION_PATH}`,
    pid: shard.pid(),
    headers: shard.headers(shop),
    dialect: 'rocket',
    statements: () => countStatements(shard.url),
  };
}

async function startGraph(cleanUp: CleanUp, world: ShopWorld): Promise<Side> {
  const dataDir = await temporaryFolder(cleanUp);
  await handOverShop(world.postgresUrl);
  const options = { postgresUrl: world.postgresUrl, dataDir, poolSize: POOL_SIZE };
  return await startRocketGraph(cleanUp, options, await readShop());
}
