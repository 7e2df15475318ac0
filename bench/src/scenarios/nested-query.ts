/**
 * The nested query of the README over two apps on two shard processes: through our gateway, and through a stock Apollo
 * gateway over the same shards. Ours also verifies the access token, checks permissions and looks up the shard map.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appName, buildModel, composeGraph, ENGINE_VERSION, graphRevisionText } from '@rocket/schema';
import { type CleanUp, withCleanUp } from '../clean-up.ts';
import { freePort, postJson } from '../http.ts';
import { type Installation, startInstallation } from '../installation.ts';
import { type CompareOptions, compare } from '../measure/compare.ts';
import type { Target } from '../measure/load.ts';
import type { Comparison } from '../measure/report.ts';
import { startProcess } from '../process.ts';

const PEER = 'stock @apollo/gateway';
const CUSTOMER_ID = 'c0000000-0000-4000-8000-000000000001';
const QUERY =
  'query Nested($id: ID!) { customer(id: $id) { name orders { total items { product { name } } } } }';

export async function nestedQuery(options: CompareOptions): Promise<Comparison> {
  return await withCleanUp(async (cleanUp) => {
    const targets = await prepare(cleanUp);
    const title = 'One customer with orders, items and products; two shard processes';
    return await compare({ name: 'nested-query', title, targets, base: PEER, isFirst: true }, options);
  });
}

async function prepare(cleanUp: CleanUp): Promise<readonly Target[]> {
  const installation = await startInstallation(cleanUp);
  const text = JSON.stringify({ query: QUERY, variables: { id: CUSTOMER_ID } });
  const shared = { body: () => text, postgresPid: installation.postgresPid };
  const authorization = { authorization: `Bearer ${installation.token}` };
  const ours: Target = {
    ...shared,
    name: 'Rocket Graph gateway',
    url: `${installation.gatewayUrl}/apps/crm/graphql`,
    headers: () => authorization,
    pid: installation.gatewayPid,
  };
  // Asked first: a shard knows a graph by the revision that a gateway has stored.
  const first = await ask(ours);
  const peer: Target = {
    ...shared,
    name: PEER,
    headers: () => ({}),
    ...(await startPeer(cleanUp, installation)),
  };
  const second = await ask(peer);
  if (first !== second) throw new Error(`The two gateways answer differently:\n${first}\n${second}`);
  return [ours, peer];
}

async function startPeer(
  cleanUp: CleanUp,
  installation: Installation,
): Promise<{ url: string; pid: number }> {
  const url = `http://127.0.0.1:${await freePort()}/`;
  const settings = join(installation.dataDir, 'stock-gateway.json');
  await writeFile(settings, JSON.stringify(await peerSettings(installation, url)), { mode: 0o600 });
  const file = join(import.meta.dirname, '../stock-gateway.ts');
  const started = await startProcess({ file, args: [settings], env: {}, readyUrl: url });
  cleanUp.push(started.stop);
  return { url, pid: started.pid };
}

async function peerSettings({ catalog, shardUrls }: Installation, peerUrl: string): Promise<unknown> {
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
  const urls = Object.fromEntries(
    [...shardMap.placements.values()].map(({ app, shard }) => [app, shardUrls.get(shard)]),
  );
  return {
    port: Number(new URL(peerUrl).port),
    supergraphSdl: composition.supergraphSdl,
    internalKey,
    graph,
    shardUrls: urls,
  };
}

function ask(target: Target): Promise<string> {
  const body = target.body();
  return postJson(target.url, target.headers(body), body);
}
