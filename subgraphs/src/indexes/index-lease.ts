/**
 * Only one process at a time builds indexes in an app's database: two builds on one table would wait for each other.
 * An advisory lock is not suitable: a build runs outside of transactions, where behind a pooler a session's lock may
 * pass to another client, and it waits for all transactions, so one that holds or awaits the lock would block it. So
 * the lease is a row with an expiry. While a build takes longer than the lease, the running build itself shows that the
 * lease is in use.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Statement } from '@rocket/platform';
import { META_TABLE } from '../tables/system-tables.ts';

const LEASE_KEY = 'index_builder';
/** Longer than the time between two builds, and short enough to wait for after a crash. */
const LEASE_SECONDS = 30;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

export interface IndexLease {
  /** Call it before each build. False when the lease was lost because this process was stopped for too long. */
  renew(): Promise<boolean>;
  /** Never rejects. */
  release(): Promise<void>;
}

/** Null when another process still holds the lease after `waitMs`. The system tables must exist. */
export async function claimIndexLease(
  database: Database,
  owner: string,
  waitMs: number,
): Promise<IndexLease | null> {
  const deadlineAtMs = Date.now() + waitMs;
  const claim = async () => (await database.query(claimLease(owner))).length > 0;
  for (let pauseMs = FIRST_WAIT_MS; !(await claim()); pauseMs = Math.min(pauseMs * 2, LONGEST_WAIT_MS)) {
    if (Date.now() + pauseMs > deadlineAtMs) return null;
    // Waiting for an index must not keep a process alive.
    await sleep(pauseMs, undefined, { ref: false });
  }
  return {
    renew: claim,
    release: async () => {
      try {
        await database.query(releaseLease(owner));
      } catch {
        // The database is gone or being closed. The lease expires by itself.
      }
    },
  };
}

/** Returns a row when we hold the lease now: we already did, or nobody did and nobody builds. */
function claimLease(owner: string): Statement {
  return {
    text: `INSERT INTO "${META_TABLE}" AS m (key, value)
           SELECT $1, jsonb_build_object('owner', $2::text, 'until', extract(epoch FROM clock_timestamp()) + $3::integer)
           WHERE NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index AS p
                             WHERE p.datname = current_database())
           ON CONFLICT (key) DO UPDATE SET value = excluded.value
             WHERE m.value ->> 'owner' = $2
                OR (m.value ->> 'until')::float8 < extract(epoch FROM clock_timestamp())
           RETURNING 1`,
    values: [LEASE_KEY, owner, LEASE_SECONDS],
  };
}

function releaseLease(owner: string): Statement {
  return {
    text: `DELETE FROM "${META_TABLE}" WHERE key = $1 AND value ->> 'owner' = $2`,
    values: [LEASE_KEY, owner],
  };
}
