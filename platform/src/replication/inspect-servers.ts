import { createReplication } from './create-replication.ts';
import type { ReplicationOptions, ServerStatus } from './replication.ts';

/**
 * Probes the servers once, for a report: which one is the primary, and how far behind each replica is. Never rejects.
 */
export async function inspectServers(options: ReplicationOptions): Promise<readonly ServerStatus[]> {
  const replication = createReplication(options);
  try {
    await replication.refresh();
    return replication.status();
  } finally {
    await replication.close();
  }
}
