/** A shard and workers in processes of their own, on NATS and on a Postgres that notes the time of each commit. */
import { createDatabase, createLogger, type Database, databaseUrl } from '@rocket/platform';
import { type AppDocument, type AppName, appName, OPERATION_PATH } from '@rocket/schema';
import { findNatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import type { CleanUp } from '../clean-up.ts';
import { startCommitTimePostgres } from '../events/commit-time-postgres.ts';
import { freePort, postJson } from '../http.ts';
import { startProcess } from '../process.ts';
import { type DirectShard, ROCKET, startDirectShard } from './direct-shard.ts';
import type { DirectApp } from './install-app.ts';
import { countStatements } from './statement-counter.ts';

const ADMIN = { userId: 'bench', email: null, roles: ['admin'], isAdmin: true };
/** Beside the scenario's own questions, a mass of records is inserted meanwhile. */
const CONNECTIONS = 2;

export interface BenchApp {
  readonly name: AppName;
  readonly databaseUrl: string;
  readonly database: Database;
  /** Asks the shard, as an admin. @throws Error with the answer unless it holds `expected` */
  ask(request: object, expected: string): Promise<void>;
}

export interface BenchWorker {
  readonly pid: number;
  /** The product's own count, of all apps together. */
  statements(): Promise<number>;
  /** How many apps it has sent statements to. */
  appsOpened(): Promise<number>;
  stop(): Promise<void>;
}

export interface WorkerWorld {
  readonly natsUrl: string;
  readonly natsPid: number;
  readonly postgresPid: number;
  install(name: string, documentOf: (app: AppName) => AppDocument): Promise<BenchApp>;
  /** @param env settings beside those that it needs to be there */
  startWorker(env?: Readonly<Record<string, string>>): Promise<BenchWorker>;
}

/** Null where nats-server is not installed: a worker in a process of its own hears of nothing without it. */
export async function startWorkerWorld(cleanUp: CleanUp): Promise<WorkerWorld | null> {
  const binary = findNatsServer();
  if (binary === null) return null;
  const nats = await startNatsServer(binary);
  cleanUp.push(() => nats.dispose());
  const { url: postgresUrl, pid: postgresPid } = await startCommitTimePostgres(cleanUp);
  const env = { NATS_URL: nats.url };
  const shard = await startDirectShard(cleanUp, { postgresUrl, env });
  return {
    ...{ natsUrl: nats.url, natsPid: nats.pid(), postgresPid },
    async install(text, documentOf) {
      const name = appName(text);
      const app = await shard.install(name, documentOf(name));
      return benchApp(cleanUp, { shard, app, url: databaseUrl(postgresUrl, `rocket_${name}`) });
    },
    startWorker: (more = {}) =>
      startWorker(cleanUp, { ...more, ...env, ROCKET_CATALOG_URL: shard.catalogUrl }),
  };
}

function benchApp(
  cleanUp: CleanUp,
  { shard, app, url }: { shard: DirectShard; app: DirectApp; url: string },
): BenchApp {
  const logger = createLogger({ level: 'error', name: 'bench' });
  const database = createDatabase({ url, logger, max: CONNECTIONS });
  cleanUp.push(() => database.close());
  const headers = shard.headers(app, { caller: ADMIN });
  return {
    name: app.app,
    databaseUrl: url,
    database,
    async ask(request, expected) {
      const body = JSON.stringify(request);
      const answer = await postJson(`${shard.url}${OPERATION_PATH}`, headers(body), body);
      if (!answer.includes(expected)) throw new Error(`The shard answered ${answer}`);
    },
  };
}

/** @param env with the catalog's address, and that of the stream */
export async function startWorker(
  cleanUp: CleanUp,
  env: Readonly<Record<string, string>>,
): Promise<BenchWorker> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { pid, stop } = await startProcess({
    file: ROCKET,
    args: ['worker'],
    env: { ...env, ROCKET_LOG_LEVEL: 'error', PORT: new URL(url).port, HOST: '127.0.0.1' },
    readyUrl: `${url}/ready`,
  });
  cleanUp.push(stop);
  return {
    pid,
    stop,
    statements: () => countStatements(url),
    async appsOpened() {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text.match(/^rocket_sql_statements_total\{/gm)?.length ?? 0;
    },
  };
}
