/**
 * Only one process at a time builds indexes in an app's database: two builds on one table would wait for each other.
 * An advisory lock cannot say so. A build runs outside of transactions, where a lock of the session may be another
 * client's behind a pooler, and it waits for all transactions, so that one which holds or awaits the lock would stop it.
 * So it is a row, with the time until which it holds. A build that takes longer is itself the sign that it runs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Statement } from '@rocket/platform';
import { META_TABLE } from '../tables/system-tables.ts';

const LEASE_KEY = 'index_builder';
/** More than lies between two builds, less than anybody minds to wait after a crash. */
const LEASE_SECONDS = 30;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

export interface IndexLease {
  /** To be asked before each build. False: it was lost, because this process was stopped for too long. */
  renew(): Promise<boolean>;
  /** Never rejects. */
  release(): Promise<void>;
}

/** Null when another process still has it when `waitMs` are over. Expects the system tables to be there. */
export async function claimIndexLease(
  database: Database,
  owner: string,
  waitMs: number,
): Promise<IndexLease | null> {
  const deadlineAtMs = Date.now() + waitMs;
  const claim = async () => (await database.query(claimLease(owner))).length > 0;
  for (let pauseMs = FIRST_WAIT_MS; !(await claim()); pauseMs = Math.min(pauseMs * 2, LONGEST_WAIT_MS)) {
    if (Date.now() + pauseMs > deadlineAtMs) return null;
    // Who waits for an index does not keep a process alive.
    await sleep(pauseMs, undefined, { ref: false });
  }
  return {
    renew: claim,
    release: async () => {
      try {
        await database.query(releaseLease(owner));
      } catch {
        // The database is gone or being closed. The lease ends by itself.
      }
    },
  };
}

/** Returns a row when it is ours now: it was, or was nobody's and nobody builds. */
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
