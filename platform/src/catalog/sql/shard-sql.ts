import type { ShardName } from '@rocket/schema';
import type { Statement } from '../../postgres/queryable.ts';
import type { ClusterIdentity } from '../../replication/replication.ts';

export function insertShard(shard: {
  name: ShardName;
  databaseUrl: string;
  url: string | null;
  replicaUrls: readonly string[];
}): Statement {
  return {
    text: `INSERT INTO shard (name, database_url, url, replica_urls) VALUES ($1, $2, $3, $4)
           ON CONFLICT (name) DO NOTHING RETURNING name`,
    values: [shard.name, shard.databaseUrl, shard.url, shard.replicaUrls],
  };
}

export function updateShardState(name: ShardName, state: 'active' | 'draining'): Statement {
  return {
    text: 'UPDATE shard SET state = $2 WHERE name = $1 AND state <> $2 RETURNING name',
    values: [name, state],
  };
}

export function updateShardUrl(name: ShardName, url: string | null): Statement {
  return {
    text: 'UPDATE shard SET url = $2 WHERE name = $1 AND url IS DISTINCT FROM $2 RETURNING name',
    values: [name, url],
  };
}

/** Another address may be another cluster, so nothing that is known of the former cluster is kept. */
export function updateShardDatabaseUrl(name: ShardName, databaseUrl: string): Statement {
  return {
    text: `UPDATE shard SET database_url = $2, system_id = NULL, timeline = NULL
           WHERE name = $1 AND database_url <> $2 RETURNING name`,
    values: [name, databaseUrl],
  };
}

/**
 * Replaces the servers of a shard. What is known of the cluster stays as long as the primary was one of its servers
 * before: the address of a promoted replica must not allow writes to a server that was left behind.
 */
export function updateShardServers(
  name: ShardName,
  servers: { databaseUrl: string | null; replicaUrls: readonly string[] },
): Statement {
  const known = 'coalesce($2, database_url) = ANY (replica_urls || database_url)';
  return {
    text: `UPDATE shard SET database_url = coalesce($2, database_url), replica_urls = $3,
             system_id = CASE WHEN ${known} THEN system_id END,
             timeline = CASE WHEN ${known} THEN timeline END
           WHERE name = $1 AND (database_url, replica_urls) IS DISTINCT FROM (coalesce($2, database_url), $3::text[])
           RETURNING name`,
    values: [name, servers.databaseUrl, servers.replicaUrls],
  };
}

/** Never goes back to a lower timeline of the same cluster, whichever update comes last. */
export function updateShardCluster(
  name: ShardName,
  { cluster, databaseUrl }: { cluster: ClusterIdentity; databaseUrl: string },
): Statement {
  return {
    text: `UPDATE shard SET system_id = $2, timeline = $3
           WHERE name = $1 AND database_url = $4
             AND (system_id IS NULL OR (system_id = $2 AND timeline < $3)) RETURNING name`,
    values: [name, cluster.systemId, cluster.timeline, databaseUrl],
  };
}

export function deleteShard(name: ShardName): Statement {
  return { text: 'DELETE FROM shard WHERE name = $1 RETURNING name', values: [name] };
}

export function selectShard(name: ShardName): Statement {
  return {
    text: 'SELECT url, state, database_url, replica_urls, system_id, timeline FROM shard WHERE name = $1',
    values: [name],
  };
}
