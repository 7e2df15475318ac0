import { createReplication } from './create-replication.ts';
import type { ReplicationOptions, ServerStatus } from './replication.ts';

/** Asks the servers once, for a look from outside: who is the primary, who is how far behind. Never rejects. */
export async function inspectServers(options: ReplicationOptions): Promise<readonly ServerStatus[]> {
  const replication = createReplication(options);
  try {
    await replication.refresh();
    return replication.status();
  } finally {
    await replication.close();
  }
}
