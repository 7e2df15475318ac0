import type { Migration } from '../migrate.ts';

export const replicas: Migration = {
  number: 2,
  name: 'replicas',
  statements: [
    `ALTER TABLE shard
       ADD COLUMN replica_urls text[] NOT NULL DEFAULT '{}',
       ADD COLUMN system_id text,
       ADD COLUMN timeline integer`,
  ],
};
