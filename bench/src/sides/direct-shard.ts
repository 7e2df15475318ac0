/**
 * A shard process that is asked without a gateway. It has a catalog of its own, in which the benchmark writes what a
 * gateway would.
 */
import { join } from 'node:path';
import { createInternalSigner, createLogger, openCatalog } from '@rocket/platform';
import {
  type ActivationInput,
  APP_CALLS,
  type AppDocument,
  type AppName,
  type CallContext,
  INTERNAL_CALL_HEADER,
  OPERATION_PATH,
  type ShardName,
  shardName,
} from '@rocket/schema';
import { newCatalogUrl } from '../catalog-database.ts';
import type { CleanUp } from '../clean-up.ts';
import { freePort, postJson } from '../http.ts';
import type { RequestHeaders } from '../measure/load.ts';
import { type BenchProcess, startProcess } from '../process.ts';
import { type DirectApp, FIRST_EPOCH, installApp } from './install-app.ts';

export const ROCKET = join(import.meta.dirname, '../../../cli/bin/rocket.js');
const SHARD = shardName('bench');
const REQUEST_TIMEOUT_MS = 20_000;

export interface DirectCall {
  /** As a gateway that keeps answers asks. */
  readonly wantsFacts?: true;
  /** A clerk if not given. */
  readonly caller?: CallContext['caller'];
}

export interface DirectShard {
  readonly url: string;
  readonly catalogUrl: string;
  /** Of the process as it is now. */
  pid(): number;
  /** Ends the process and starts another, which knows nothing but its catalog. */
  restart(): Promise<void>;
  install(app: AppName, document: AppDocument): Promise<DirectApp>;
  /** Headers of a call, signed anew for each request. */
  headers(app: DirectApp, options?: DirectCall): RequestHeaders;
}

/** What was started is in `cleanUp` also when this fails half-way. */
export async function startDirectShard(
  cleanUp: CleanUp,
  options: { postgresUrl: string; env: Readonly<Record<string, string>> },
): Promise<DirectShard> {
  const catalogUrl = newCatalogUrl(cleanUp, options.postgresUrl);
  const logger = createLogger({ level: 'error', name: 'bench' });
  const catalog = await openCatalog({ url: catalogUrl, logger });
  cleanUp.push(() => catalog.close());
  const url = `http://127.0.0.1:${await freePort()}`;
  await catalog.addShard({ name: SHARD, databaseUrl: options.postgresUrl, url });
  const env = { ...options.env, ROCKET_CATALOG_URL: catalogUrl };
  let current = await startShardProcess({ name: SHARD, url }, env);
  cleanUp.push(() => current.stop());
  const { internalKey } = await catalog.secrets();
  return {
    url,
    catalogUrl,
    pid: () => current.pid,
    restart: async () => {
      await current.stop();
      current = await startShardProcess({ name: SHARD, url }, env);
    },
    install: (app, document) => {
      const activate = (input: ActivationInput) => askToActivate({ url, internalKey }, input);
      return installApp({ catalog, shard: SHARD, activate }, app, document);
    },
    headers: (app, wanted = {}) => signedHeaders(app, { key: internalKey, wanted }),
  };
}

/** Of a shard that is in the catalog. @param env where the catalog is, among others */
export function startShardProcess(
  { name, url }: { readonly name: ShardName; readonly url: string },
  env: Readonly<Record<string, string>>,
): Promise<BenchProcess> {
  return startProcess({
    file: ROCKET,
    args: ['shard', '--name', name],
    env: {
      ...env,
      ROCKET_SHARD_URL: url,
      ROCKET_LOG_LEVEL: 'error',
      PORT: new URL(url).port,
      HOST: '127.0.0.1',
    },
    readyUrl: `${url}/ready`,
  });
}

async function askToActivate(
  { url, internalKey }: { url: string; internalKey: string },
  input: ActivationInput,
): Promise<void> {
  const place = { app: input.app, epoch: input.epoch };
  const body = JSON.stringify(input);
  const request = { method: 'POST', path: APP_CALLS.activate.path, body };
  const signature = createInternalSigner(internalKey).sign(place, request);
  await postJson(`${url}${APP_CALLS.activate.path}`, { [INTERNAL_CALL_HEADER]: signature }, body);
}

/** A signature serves for one request: each is signed by itself, as a gateway does it. */
function signedHeaders(
  { app, graph }: DirectApp,
  { key, wanted }: { key: string; wanted: DirectCall },
): RequestHeaders {
  const signer = createInternalSigner(key);
  return (body) => {
    const context: CallContext = {
      app,
      epoch: FIRST_EPOCH,
      graph,
      caller: { userId: null, email: null, roles: ['clerk'], isAdmin: false },
      requestId: 'bench',
      deadlineAtMs: Date.now() + REQUEST_TIMEOUT_MS,
      ...wanted,
    };
    const request = { method: 'POST', path: OPERATION_PATH, body };
    return { [INTERNAL_CALL_HEADER]: signer.signCall(context, request) };
  };
}
