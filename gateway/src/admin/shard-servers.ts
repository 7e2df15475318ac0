import { createLogger, inspectServers, type ServerStatus } from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import type { AdminParts } from './parts.ts';

/** A console that is looked at must not wait long for a server that is gone. */
const TIMEOUT_MS = 1_000;
/** What is found is the answer, and no news to the log each time someone looks. */
const SILENT = createLogger({ level: 'silent', name: 'gateway' });

/** Asks the Postgres servers of a shard how they are, each by a connection of its own. */
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
