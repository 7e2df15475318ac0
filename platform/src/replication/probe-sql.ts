import { lsn } from '@rocket/schema';
import { z } from 'zod';
import type { Statement } from '../postgres/queryable.ts';
import type { ServerState } from './replication.ts';

/**
 * Reads the state of a server. A server in recovery has no function for the timeline that it replays: while it streams,
 * it is that of its WAL receiver, else that of its last restart point. The latter may be too old, which can only
 * exclude a usable server, never include an unusable one. (The receiver's columns are null without the role
 * `pg_read_all_stats`.)
 */
export function probeServer(): Statement {
  const text = `
    SELECT recovering,
      (SELECT system_identifier::text FROM pg_control_system()),
      CASE WHEN recovering
        THEN coalesce((SELECT received_tli FROM pg_stat_wal_receiver),
                      (SELECT timeline_id FROM pg_control_checkpoint()))
        ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer END,
      (CASE WHEN recovering THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text
    FROM (SELECT pg_is_in_recovery() AS recovering OFFSET 0) AS server`;
  return { text, values: [] };
}

const ProbeRow = z.tuple([z.boolean(), z.string(), z.number(), z.string().transform(lsn)]);

/** @throws ZodError when the row is not one of {@link probeServer} */
export function readProbe(row: unknown): ServerState {
  const [inRecovery, systemId, timeline, position] = ProbeRow.parse(row);
  return { kind: 'up', inRecovery, systemId, timeline, lsn: position };
}
