/** The product as a client meets it: gateway and shard in one process, over the Postgres of the run. */
import { ADMIN, addAppUser, importApp, signIn } from '../admin-api.ts';
import { newCatalogUrl } from '../catalog-database.ts';
import type { CleanUp } from '../clean-up.ts';
import { freePort } from '../http.ts';
import { startProcess } from '../process.ts';
import { ROCKET } from './direct-shard.ts';
import type { Side } from './side.ts';
import { countStatements } from './statement-counter.ts';

/** An app's own user with one role: their permissions are checked, which an administrator's are not. */
const CLERK = { app: 'shop', email: 'clerk@localhost', password: 'a-password-of-the-clerk' };

const METRICS_TOKEN = 'the token of the benchmark';

export interface ProductOptions {
  readonly postgresUrl: string;
  readonly dataDir: string;
  readonly poolSize: number;
  /** Whether answers are kept. */
  readonly cache: boolean;
}

export async function startRocketGraph(
  cleanUp: CleanUp,
  options: Omit<ProductOptions, 'cache'>,
  document: unknown,
): Promise<Side> {
  // The others read every answer as well.
  const { url, pid } = await startProduct(cleanUp, { ...options, cache: false });
  const admin = { url, token: await signIn(url, ADMIN) };
  await importApp(admin, CLERK.app, document);
  await addAppUser(admin, { ...CLERK, roles: ['clerk'] });
  return { pid, ...authorized(url) };
}

/** Gateway and shard in one process, with no app. */
export async function startProduct(
  cleanUp: CleanUp,
  options: ProductOptions,
): Promise<{ readonly url: string; readonly pid: number }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const started = await startProcess({
    file: ROCKET,
    args: ['start'],
    env: {
      DATABASE_URL: options.postgresUrl,
      ROCKET_CATALOG_URL: newCatalogUrl(cleanUp, options.postgresUrl),
      ROCKET_DATA_DIR: options.dataDir,
      ROCKET_DEMO: '0',
      ROCKET_ADMIN_EMAIL: ADMIN.email,
      ROCKET_ADMIN_PASSWORD: ADMIN.password,
      ROCKET_POOL_MAX_PER_APP: String(options.poolSize),
      ROCKET_LOG_LEVEL: 'error',
      ROCKET_CACHE: options.cache ? '1' : '0',
      ROCKET_METRICS_TOKEN: METRICS_TOKEN,
      PORT: new URL(url).port,
      HOST: '127.0.0.1',
    },
    readyUrl: `${url}/ready`,
  });
  cleanUp.push(started.stop);
  return { url, pid: started.pid };
}

function authorized(url: string): Omit<Side, 'pid'> {
  let headers: Readonly<Record<string, string>> = {};
  return {
    name: 'Rocket Graph',
    url: `${url}/apps/${CLERK.app}/graphql`,
    dialect: 'rocket',
    // A token lives for minutes, all scenarios together may take longer.
    prepare: async () => {
      headers = { authorization: `Bearer ${await signIn(url, CLERK)}` };
    },
    headers: () => headers,
    statements: () => countStatements(url, { authorization: `Bearer ${METRICS_TOKEN}` }),
  };
}
