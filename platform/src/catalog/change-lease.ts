/**
 * One change of apps and graphs at a time, over all gateways: what an import checks about other apps must still hold
 * when the import is done. The lease is a row with an expiry and not an advisory lock, because a change takes minutes:
 * behind a pooler a session's lock may pass to another client, and a transaction's lock would keep a connection idle
 * all the time.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { createSerialQueue } from '../lifecycle/serial-queue.ts';
import type { Database, Statement } from '../postgres/queryable.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Catalog, ChangeLease } from './catalog.ts';

/** Time until the lease expires; after the death of its holder nobody gets it earlier. */
const LEASE_SECONDS = 20;
const RENEWAL_MS = 5_000;
/** A holder stops relying on the lease this long before it expires, because what it sends takes time to arrive. */
const MARGIN_MS = 5_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const MS_PER_SECOND = 1_000;

const HolderRow = z.tuple([z.string()]);

export function changeLeases(database: Database, logger: Logger): Pick<Catalog, 'claimChanges'> {
  return {
    async claimChanges({ holder, waitMs, onWait }) {
      const owner = randomUUID();
      const deadlineAtMs = performance.now() + waitMs;
      let told = false;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        const sentAtMs = performance.now();
        if (await claim(database, owner, holder)) {
          return hold(database, { owner, holder, sentAtMs, logger });
        }
        const other = await readHolder(database);
        if (other !== null && !told) onWait?.(other);
        told ||= other !== null;
        if (performance.now() + pauseMs > deadlineAtMs) throw busy(other);
        await sleep(pauseMs);
      }
    },
  };
}

/** Renews the lease until it is released. */
function hold(
  database: Database,
  { owner, holder, sentAtMs, logger }: { owner: string; holder: string; sentAtMs: number; logger: Logger },
): ChangeLease {
  const until = (fromMs: number) => fromMs + LEASE_SECONDS * MS_PER_SECOND - MARGIN_MS;
  let validUntilMs = until(sentAtMs);
  let released = false;
  const queue = createSerialQueue();
  const renew = async () => {
    const fromMs = performance.now();
    try {
      if (await claim(database, owner, holder)) validUntilMs = until(fromMs);
    } catch (error) {
      // Tried again after the next interval; if that is too late, `require` reports that the lease is lost.
      logger.warn({ err: error, holder }, 'the lease of a change could not be renewed');
    }
  };
  const timer = setInterval(() => void queue.run(renew), RENEWAL_MS);
  timer.unref();
  return {
    require() {
      if (!released && performance.now() < validUntilMs) return;
      throw new RocketError(
        'CONFLICT',
        'The catalog did not answer for too long, so another change may have begun',
      );
    },
    async release() {
      clearInterval(timer);
      released = true;
      // Renewed after it was released, it would stay until it expires.
      await queue.run(() => database.query(deleteLease(owner)));
    },
  };
}

async function claim(database: Database, owner: string, holder: string): Promise<boolean> {
  return (await database.query(upsertLease(owner, holder))).length > 0;
}

async function readHolder(database: Database): Promise<string | null> {
  const [row] = await database.query(selectHolder());
  return row === undefined ? null : HolderRow.parse(row)[0];
}

function busy(holder: string | null): RocketError {
  const which = holder === null ? '' : `: ${holder}`;
  return new RocketError('CONFLICT', `Another change is still running${which}; try again when it is done`);
}

/** Returns a row when the owner holds the lease now: it already did, or nobody did any more. */
function upsertLease(owner: string, holder: string): Statement {
  return {
    text: `INSERT INTO change_lease AS l (owner, holder, expires_at)
           VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
           ON CONFLICT (only_row) DO UPDATE
             SET owner = excluded.owner, holder = excluded.holder, expires_at = excluded.expires_at
             WHERE l.owner = excluded.owner OR l.expires_at < clock_timestamp()
           RETURNING 1`,
    values: [owner, holder, LEASE_SECONDS],
  };
}

function selectHolder(): Statement {
  return { text: 'SELECT holder FROM change_lease WHERE expires_at >= clock_timestamp()', values: [] };
}

function deleteLease(owner: string): Statement {
  return { text: 'DELETE FROM change_lease WHERE owner = $1', values: [owner] };
}
