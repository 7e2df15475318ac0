import { createLogger, inspectServers, type ServerStatus } from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import type { AdminParts } from './parts.ts';

/** Short, because a user waits and a server may be gone. */
const TIMEOUT_MS = 1_000;
/** The findings are the answer and need not be logged for every request. */
const SILENT = createLogger({ level: 'silent', name: 'gateway' });

/** Reads the state of a shard's Postgres servers, each over a connection of its own. */
export async function shardServers(
  name: ShardName,
  { catalog }: AdminParts,
): Promise<readonly ServerStatus[]> {
  const { databaseUrl, replicaUrls, cluster } = await catalog.shardRegistration(name);
  return await inspectServers({
    primaryUrl: databaseUrl,
    replicaUrls,
    cluster,
    logger: SILENT,
    probeTimeoutMs: TIMEOUT_MS,
  });
}
