import type { ShardName } from '@rocket/schema';
import type { Statement } from '../postgres/types.ts';

export function insertShard(shard: { name: ShardName; databaseUrl: string; url: string | null }): Statement {
  return {
    text: `INSERT INTO shard (name, database_url, url) VALUES ($1, $2, $3)
           ON CONFLICT (name) DO NOTHING RETURNING name`,
    values: [shard.name, shard.databaseUrl, shard.url],
  };
}

export function updateShardUrl(name: ShardName, url: string | null): Statement {
  return {
    text: 'UPDATE shard SET url = $2 WHERE name = $1 AND url IS DISTINCT FROM $2 RETURNING name',
    values: [name, url],
  };
}

export function updateShardDatabaseUrl(name: ShardName, databaseUrl: string): Statement {
  return {
    text: 'UPDATE shard SET database_url = $2 WHERE name = $1 AND database_url <> $2 RETURNING name',
    values: [name, databaseUrl],
  };
}

export function deleteShard(name: ShardName): Statement {
  return { text: 'DELETE FROM shard WHERE name = $1 RETURNING name', values: [name] };
}

export function selectShard(name: ShardName): Statement {
  return { text: 'SELECT url, state, database_url FROM shard WHERE name = $1', values: [name] };
}
