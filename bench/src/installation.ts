/** An installation of separate processes, with the example apps: Postgres, two shards, a gateway. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Catalog,
  createLogger,
  databaseUrl,
  openCatalog,
  startEmbeddedPostgres,
} from '@rocket/platform';
import { shardName } from '@rocket/schema';
import { ADMIN, importApp, signIn } from './admin-api.ts';
import type { CleanUp } from './clean-up.ts';
import { freePort } from './http.ts';
import { type BenchProcess, startProcess } from './process.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const ROCKET = join(ROOT, 'cli/bin/rocket.js');
const APPS = ['crm', 'ecommerce', 'helpdesk'] as const;
const SHARDS = ['s1', 's2'] as const;

export interface Installation {
  readonly dataDir: string;
  readonly catalog: Catalog;
  readonly gatewayUrl: string;
  readonly gatewayPid: number;
  readonly postgresPid: number;
  /** Access token of a platform admin. */
  readonly token: string;
  /** Base URL of each shard's process, by name. */
  readonly shardUrls: ReadonlyMap<string, string>;
}

/** What was started is in `cleanUp` also when this fails half-way. */
export async function startInstallation(cleanUp: CleanUp): Promise<Installation> {
  const dataDir = await temporaryFolder(cleanUp);
  const logger = createLogger({ level: 'error', name: 'bench' });
  const postgres = await startEmbeddedPostgres({ dataDir, logger });
  cleanUp.push(() => postgres.stop());
  const catalogUrl = databaseUrl(postgres.url, 'rocket_catalog');
  const catalog = await openCatalog({ url: catalogUrl, logger });
  cleanUp.push(() => catalog.close());
  const env = { ROCKET_CATALOG_URL: catalogUrl, ROCKET_LOG_LEVEL: 'error', HOST: '127.0.0.1' };
  const shardUrls = new Map<string, string>();
  for (const name of SHARDS) {
    const url = `http://127.0.0.1:${await freePort()}`;
    shardUrls.set(name, url);
    await catalog.addShard({ name: shardName(name), databaseUrl: postgres.url, url });
    await startRocket(cleanUp, ['shard', '--name', name], { url, env: { ...env, ROCKET_SHARD_URL: url } });
  }
  const gatewayUrl = `http://127.0.0.1:${await freePort()}`;
  const admin = { ROCKET_ADMIN_EMAIL: ADMIN.email, ROCKET_ADMIN_PASSWORD: ADMIN.password };
  // What is compared is how answers are made.
  const gatewayEnv = { ...env, ...admin, ROCKET_CACHE: '0' };
  const gateway = await startRocket(cleanUp, ['gateway'], { url: gatewayUrl, env: gatewayEnv });
  const token = await signIn(gatewayUrl, ADMIN);
  await importExamples(gatewayUrl, token);
  const pids = { gatewayPid: gateway.pid, postgresPid: postgres.pid };
  return { dataDir, catalog, gatewayUrl, token, shardUrls, ...pids };
}

async function startRocket(
  cleanUp: CleanUp,
  args: readonly string[],
  at: { url: string; env: Readonly<Record<string, string>> },
): Promise<BenchProcess> {
  const env = { ...at.env, PORT: new URL(at.url).port };
  const started = await startProcess({ file: ROCKET, args, env, readyUrl: `${at.url}/ready` });
  cleanUp.push(started.stop);
  return started;
}

async function importExamples(url: string, token: string): Promise<void> {
  for (const name of APPS) {
    const document: unknown = JSON.parse(await readFile(join(ROOT, 'examples', `${name}.json`), 'utf8'));
    await importApp({ url, token }, name, document);
  }
}
