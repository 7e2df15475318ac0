import type { PooledDatabase } from '@rocket/platform';

const ACTIVITY = `SELECT a.pid, a.application_name, a.state, a.wait_event_type, a.wait_event, now() - a.xact_start AS since,
    pg_blocking_pids(a.pid) AS waits_for, left(a.query, 200) AS query
  FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() ORDER BY a.xact_start`;

/** What the connections to a database are doing, a line for each, for who wonders why something hangs. */
export async function activityOf(database: PooledDatabase): Promise<string> {
  const rows = await database.query({ text: `SELECT to_jsonb(r) FROM (${ACTIVITY}) r`, values: [] });
  return rows.map(([row]) => JSON.stringify(row)).join('\n');
}
