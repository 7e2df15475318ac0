/** An app's database on replicated servers, as a shard process has it. */
import {
  createDatabase,
  createLogger,
  createReplication,
  databaseUrl,
  type Replication,
  type ReplicationOptions,
  type ServerStatus,
} from '@rocket/platform';
import { type AppDatabase, createAppDatabase } from '../../subgraphs/src/databases/app-database.ts';
import type { PostgresNode } from './servers/postgres-node.ts';

export const APP = 'app';
const logger = createLogger({ level: 'silent', name: 'test' });

export interface ReplicaApp {
  readonly app: AppDatabase;
  readonly replication: Replication;
  /** Where reads were sent, in order. */
  readonly reads: ('primary' | 'replica')[];
  /** What was last heard of each server, by name. */
  readonly statuses: ReadonlyMap<string, ServerStatus>;
  close(): Promise<void>;
}

export function openReplicaApp(
  options: Pick<ReplicationOptions, 'primaryUrl' | 'replicaUrls'> &
    Partial<Pick<ReplicationOptions, 'cluster' | 'maxLagMs' | 'onCluster'>> & {
      database?: string;
      /** Asks the servers more often than the product does; true by default. */
      isQuick?: boolean;
    },
): ReplicaApp {
  const { database = APP, isQuick = true, ...servers } = options;
  const reads: ReplicaApp['reads'] = [];
  const statuses = new Map<string, ServerStatus>();
  const replication = createReplication({
    cluster: null,
    ...servers,
    logger,
    ...(isQuick ? { intervalMs: 100 } : {}),
    onServer: (status) => statuses.set(status.name, status),
  });
  const app = createAppDatabase({
    replication,
    open: (serverUrl) => createDatabase({ url: databaseUrl(serverUrl, database), logger, max: 10 }),
    logger,
    onRead: (kind) => reads.push(kind),
  });
  const close = async () => {
    await app.close();
    await replication.close();
  };
  return { app, replication, reads, statuses, close };
}

export async function createCounters({ app }: ReplicaApp): Promise<void> {
  await app.primary.query({
    text: 'CREATE TABLE counter (id integer PRIMARY KEY, value integer)',
    values: [],
  });
}

export async function write({ app }: ReplicaApp, id: number, value: number): Promise<void> {
  await app.primary.transaction((transaction) =>
    transaction.query({
      text: 'INSERT INTO counter VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
      values: [id, value],
    }),
  );
}

/** The value, and the port of the server that answered. */
export async function read({ app }: ReplicaApp, id: number) {
  const reader = await app.reader(null);
  const [row] = await reader.database.query({
    text: 'SELECT (SELECT value FROM counter WHERE id = $1), inet_server_port()',
    values: [id],
  });
  return { kind: reader.kind, value: row?.[0], port: row?.[1] };
}

/** The ports that answer so many reads, in order. */
export async function portsOf(opened: ReplicaApp, count: number): Promise<unknown[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => read(opened, 1)));
  return answers.map(({ port }) => port);
}

export function portOf(node: PostgresNode): number {
  return Number(new URL(node.url).port);
}
