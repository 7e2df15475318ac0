/** The peers: each one process, with as many connections to the same database as the product. */
import { join } from 'node:path';
import { databaseUrl } from '@rocket/platform';
import type { CleanUp } from '../clean-up.ts';
import { SHOP_DATABASE } from '../data/shop-database.ts';
import { freePort } from '../http.ts';
import { startProcess } from '../process.ts';
import { installPostgraphile } from './install-postgraphile.ts';
import type { Dialect, Side } from './side.ts';

const PEERS = {
  postgraphile: {
    name: 'PostGraphile 5',
    file: '../../postgraphile/server.js',
    path: '/graphql',
    dialect: 'postgraphile',
  },
  apollo: { name: 'Apollo + DataLoader', file: '../peers/apollo.ts', path: '/', dialect: 'rocket' },
  limit: { name: 'hand-written limit', file: '../peers/limit.ts', path: '', dialect: 'path' },
} as const satisfies Readonly<Record<string, { name: string; file: string; path: string; dialect: Dialect }>>;

export type PeerName = keyof typeof PEERS;

const noHeaders = (): Readonly<Record<string, string>> => ({});

export async function startPeer(
  cleanUp: CleanUp,
  peer: PeerName,
  options: { postgresUrl: string; poolSize: number },
): Promise<Side> {
  const { name, file, path, dialect } = PEERS[peer];
  if (peer === 'postgraphile') await installPostgraphile();
  const url = `http://127.0.0.1:${await freePort()}`;
  const started = await startProcess({
    file: join(import.meta.dirname, file),
    args: [],
    env: {
      DATABASE_URL: databaseUrl(options.postgresUrl, SHOP_DATABASE),
      PORT: new URL(url).port,
      POOL_SIZE: String(options.poolSize),
    },
    readyUrl: url,
  });
  cleanUp.push(started.stop);
  return { name, url: `${url}${path}`, pid: started.pid, headers: noHeaders, dialect };
}
