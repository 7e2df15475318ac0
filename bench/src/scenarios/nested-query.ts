/**
 * The nested query of the README over two apps on two shard processes: through our gateway, and through a stock Apollo
 * gateway over the same shards. Ours also verifies the access token, checks permissions and looks up the shard map.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Catalog,
  createLogger,
  databaseUrl,
  openCatalog,
  startEmbeddedPostgres,
} from '@rocket/platform';
import {
  appName,
  buildModel,
  composeGraph,
  ENGINE_VERSION,
  graphRevisionText,
  shardName,
} from '@rocket/schema';
import { z } from 'zod';
import { type Measurement, measure, type Target } from '../load.ts';
import { type BenchProcess, startProcess } from '../process.ts';
import type { Comparison } from '../report.ts';

const ROOT = join(import.meta.dirname, '../../..');
const ROCKET = join(ROOT, 'cli/bin/rocket.js');
const ADMIN = { email: 'bench@localhost', password: 'a-password-of-the-benchmark' };
const APPS = ['crm', 'ecommerce', 'helpdesk'] as const;
const SHARDS = ['s1', 's2'] as const;
const WARM_UP_SECONDS = 3;
const QUERY =
  'query Nested($id: ID!) { customer(id: $id) { name orders { total items { product { name } } } } }';

export async function nestedQuery(options: {
  seconds: number;
  connections: number;
  rounds: number;
}): Promise<Comparison> {
  const cleanUp: (() => Promise<unknown>)[] = [];
  try {
    const targets = await prepare(cleanUp);
    for (const target of targets) await measure(target, { ...options, seconds: WARM_UP_SECONDS });
    const sides: Measurement[][] = targets.map(() => []);
    for (let round = 0; round < options.rounds; round += 1) {
      // One after the other within a round, so that whatever disturbs the machine disturbs both.
      for (const [index, target] of targets.entries()) sides[index]?.push(await measure(target, options));
    }
    return { title: 'One customer with orders, items and products; two shard processes', sides };
  } finally {
    for (const step of cleanUp.reverse()) await step();
  }
}

async function prepare(cleanUp: (() => Promise<unknown>)[]): Promise<readonly Target[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rocket-bench-'));
  cleanUp.push(() => rm(dataDir, { recursive: true, force: true }));
  const logger = createLogger({ level: 'error', name: 'bench' });
  const postgres = await startEmbeddedPostgres({ dataDir, logger });
  cleanUp.push(() => postgres.stop());
  const catalogUrl = databaseUrl(postgres.url, 'rocket_catalog');
  const catalog = await openCatalog({ url: catalogUrl, logger });
  cleanUp.push(() => catalog.close());
  const keep = async (process: Promise<BenchProcess>) => cleanUp.push((await process).stop);

  const env = { ROCKET_CATALOG_URL: catalogUrl, ROCKET_LOG_LEVEL: 'error', HOST: '127.0.0.1' };
  const shardUrls = new Map<string, string>();
  for (const name of SHARDS) {
    const url = `http://127.0.0.1:${await freePort()}`;
    shardUrls.set(name, url);
    await catalog.addShard({ name: shardName(name), databaseUrl: postgres.url, url });
    const port = new URL(url).port;
    await keep(
      startProcess({
        file: ROCKET,
        args: ['shard', '--name', name],
        env: { ...env, PORT: port, ROCKET_SHARD_URL: url },
        readyUrl: `${url}/ready`,
      }),
    );
  }
  const gatewayUrl = `http://127.0.0.1:${await freePort()}`;
  await keep(
    startProcess({
      file: ROCKET,
      args: ['gateway'],
      env: {
        ...env,
        PORT: new URL(gatewayUrl).port,
        ROCKET_ADMIN_EMAIL: ADMIN.email,
        ROCKET_ADMIN_PASSWORD: ADMIN.password,
      },
      readyUrl: `${gatewayUrl}/health`,
    }),
  );
  const token = await signIn(gatewayUrl);
  const customerId = await importExamples(gatewayUrl, token);
  const body = JSON.stringify({ query: QUERY, variables: { id: customerId } });
  const ours: Target = {
    name: 'Rocket Graph gateway',
    url: `${gatewayUrl}/apps/crm/graphql`,
    headers: { authorization: `Bearer ${token}` },
    body,
  };
  const first = await ask(ours);

  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const settings = join(dataDir, 'stock-gateway.json');
  await writeFile(settings, JSON.stringify(await peerSettings(catalog, { peerUrl, shardUrls })), {
    mode: 0o600,
  });
  await keep(
    startProcess({
      file: join(import.meta.dirname, '../stock-gateway.ts'),
      args: [settings],
      env: {},
      readyUrl: `${peerUrl}/?query=%7B__typename%7D`,
    }),
  );
  const peer: Target = {
    name: 'stock @apollo/gateway',
    url: `${peerUrl}/`,
    headers: { 'apollo-require-preflight': 'true' },
    body,
  };
  const second = await ask(peer);
  if (first !== second) throw new Error(`The two gateways answer differently:\n${first}\n${second}`);
  return [ours, peer];
}

async function peerSettings(
  catalog: Catalog,
  at: { peerUrl: string; shardUrls: ReadonlyMap<string, string> },
): Promise<unknown> {
  const { apps, shardMap } = await catalog.snapshot();
  const members = [...apps.values()].flatMap(({ name, activeRevision }) =>
    activeRevision === null ? [] : [{ app: name, revision: activeRevision }],
  );
  const home = appName('crm');
  const models = await Promise.all(
    members.map(async ({ app, revision }) => {
      const { document } = await catalog.revision(app, revision);
      return [app, buildModel(document, app)] as const;
    }),
  );
  const composition = composeGraph({ home, members: new Map(models) });
  if (!composition.ok) throw new Error(composition.errors.join('\n'));
  const { internalKey } = await catalog.secrets();
  const graph = createHash('sha256')
    .update(graphRevisionText(home, members, ENGINE_VERSION))
    .digest('hex')
    .slice(0, 32);
  const shardUrls = Object.fromEntries(
    [...shardMap.placements.values()].map(({ app, shard }) => [app, at.shardUrls.get(shard)]),
  );
  return {
    port: Number(new URL(at.peerUrl).port),
    supergraphSdl: composition.supergraphSdl,
    internalKey,
    graph,
    shardUrls,
  };
}

async function signIn(url: string): Promise<string> {
  const answer = await postJson(`${url}/auth/login`, {}, JSON.stringify(ADMIN));
  return z.object({ accessToken: z.string() }).parse(JSON.parse(answer)).accessToken;
}

/** Returns the key of the customer that the load asks for. */
async function importExamples(url: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  for (const name of APPS) {
    const document: unknown = JSON.parse(await readFile(join(ROOT, 'examples', `${name}.json`), 'utf8'));
    const query =
      'mutation($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }';
    const body = JSON.stringify({ query, variables: { name, document } });
    const answer = await postJson(`${url}/admin/graphql`, headers, body);
    if (answer.includes('"errors"')) throw new Error(`Importing ${name} failed: ${answer}`);
  }
  const body = JSON.stringify({ query: '{ customers(limit: 1) { id } }' });
  const answer: unknown = JSON.parse(await postJson(`${url}/apps/crm/graphql`, headers, body));
  const Answer = z.object({ data: z.object({ customers: z.tuple([z.object({ id: z.string() })]) }) });
  return Answer.parse(answer).data.customers[0].id;
}

function ask(target: Target): Promise<string> {
  return postJson(target.url, target.headers, target.body);
}

async function postJson(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text.trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return address.port;
}
