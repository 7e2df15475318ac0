/** What was sent is forgotten after a time; what is still to be sent never is. */
import type { Database, Logger } from '@rocket/platform';
import { deleteOldDeliveries } from '../../webhooks/delivery-sql.ts';

const EVERY_MS = 10 * 60_000;
/** Where nothing was sent meanwhile. */
const IDLE_EVERY_MS = 6 * 60 * 60_000;
/** Of one statement, so that it does not take long. */
const BATCH = 2_000;
const DAY_MS = 86_400_000;
const QUERY_MS = 30_000;

export interface Pruning {
  /** Prunes now and then from now on, as the app has webhooks; more often while something is sent. */
  begin(): void;
  close(): void;
}

export interface PruningOptions {
  readonly database: Database;
  readonly logDays: number;
  readonly logger: Logger;
}

export function createPruning({ database, logDays, logger }: PruningOptions): Pruning {
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;
  let isActive = false;

  async function prune(): Promise<void> {
    const before = new Date(Date.now() - logDays * DAY_MS);
    try {
      for (let deleted = BATCH; deleted === BATCH && !isClosed; ) {
        const limits = { deadlineAtMs: Date.now() + QUERY_MS };
        deleted = (await database.query(deleteOldDeliveries(before, BATCH), limits)).length;
      }
    } catch (err) {
      logger.warn({ err }, 'old deliveries of webhooks could not be removed; later once more');
    }
    if (!isClosed) timer = setTimeout(() => void prune(), isActive ? EVERY_MS : IDLE_EVERY_MS);
    isActive = false;
  }

  return {
    begin() {
      isActive = true;
      if (timer !== null || isClosed) return;
      // At some moment, so that many apps and workers do not do so together.
      timer = setTimeout(() => void prune(), Math.random() * EVERY_MS);
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
