/** Gateways that keep answers, and one that does not, over the same shard process and a real NATS. */
import { findNatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { ADMIN, addAppUser, importApp, signIn } from '../admin-api.ts';
import type { CleanUp } from '../clean-up.ts';
import { readShop } from '../data/shop-document.ts';
import { freePort } from '../http.ts';
import { startProcess } from '../process.ts';
import { POOL_SIZE } from '../shop/shop-sides.ts';
import { type ShopWorld, startShopWorld } from '../shop/shop-world.ts';
import { ROCKET } from '../sides/direct-shard.ts';
import { ROLES, type Role, withRoles } from './cache-roles.ts';

const APP = 'shop';
const PASSWORD = 'a-password-of-the-benchmark';
const METRICS_TOKEN = 'the token of the benchmark';

export interface Gateway {
  /** Of the shop's graph. */
  readonly url: string;
  readonly pid: number;
  /** Its measurements, as a scraper gets them. */
  metrics(): Promise<string>;
}

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
  const binary = findNatsServer();
  if (binary === null) return null;
  const nats = await startNatsServer(binary);
  cleanUp.push(() => nats.dispose());
  const env = { NATS_URL: nats.url };
  const shop = await startShopWorld(cleanUp, { poolSize: POOL_SIZE, postgresUrl, env });
  const ofGateway = { ...env, ROCKET_CATALOG_URL: shop.shard.catalogUrl };
  const keeping = await startGateway(cleanUp, { ...ofGateway, ROCKET_CACHE: '1' });
  const callers = await addCallers(new URL(keeping.url).origin);
  const other = await startGateway(cleanUp, { ...ofGateway, ROCKET_CACHE: '1' });
  const reading = await startGateway(cleanUp, { ...ofGateway, ROCKET_CACHE: '0' });
  return { shop, keeping, other, reading, callers };
}

async function startGateway(cleanUp: CleanUp, env: Readonly<Record<string, string>>): Promise<Gateway> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const started = await startProcess({
    file: ROCKET,
    args: ['gateway'],
    env: {
      ROCKET_ADMIN_EMAIL: ADMIN.email,
      ROCKET_ADMIN_PASSWORD: ADMIN.password,
      ROCKET_LOG_LEVEL: 'error',
      ROCKET_METRICS_TOKEN: METRICS_TOKEN,
      PORT: new URL(url).port,
      HOST: '127.0.0.1',
      ...env,
    },
    readyUrl: `${url}/ready`,
  });
  cleanUp.push(started.stop);
  return { url: `${url}/apps/${APP}/graphql`, pid: started.pid, metrics: () => readMetrics(url) };
}

async function readMetrics(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}/metrics answered ${response.status}`);
  return text;
}

/** Imports the shop with its roles, and makes a user of each. A token lives for longer than the scenario takes. */
async function addCallers(url: string): Promise<CacheWorld['callers']> {
  const admin = { url, token: await signIn(url, ADMIN) };
  await importApp(admin, APP, withRoles(await readShop()));
  const add = async (role: Role): Promise<Readonly<Record<string, string>>> => {
    const user = { app: APP, email: `${role}@localhost`, password: PASSWORD };
    await addAppUser(admin, { ...user, roles: [role] });
    return { authorization: `Bearer ${await signIn(url, user)}` };
  };
  const [clerk, manager, support] = await Promise.all([add(ROLES[0]), add(ROLES[1]), add(ROLES[2])]);
  return { clerk, manager, support };
}
