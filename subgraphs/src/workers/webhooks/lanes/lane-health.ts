/** What is noted of an endpoint: since when it accepts nothing, and that it is disabled. Only changes are written. */
import type { Database, Logger } from '@rocket/platform';
import type { DisabledReason } from '@rocket/schema';
import {
  disableEndpoint,
  type Endpoint,
  lockEndpoint,
  noteHealth,
  selectFailing,
} from '../../../webhooks/endpoint-sql.ts';
import type { EndpointBook } from '../endpoint-book.ts';
import type { Attempted } from './attempt-delivery.ts';

const QUERY_MS = 10_000;
const HOUR_MS = 3_600_000;
const PAUSE_MS = 1_000;

export interface LaneHealth {
  /** Says in the log what it cannot note; the next attempt shows it again. */
  note(endpointId: string, attempted: Pick<Attempted, 'state' | 'receiver'>): Promise<void>;
}

export interface HealthOptions {
  readonly database: Database;
  readonly book: EndpointBook;
  readonly disableAfterHours: number;
  readonly logger: Logger;
}

export function createLaneHealth({ database, book, disableAfterHours, logger }: HealthOptions): LaneHealth {
  const notedAtMs = new Map<string, number>();
  const limits = () => ({ deadlineAtMs: Date.now() + QUERY_MS });

  async function disable({ id, url }: Endpoint, reason: DisabledReason): Promise<void> {
    const rows = await database.transaction(async (tx) => {
      await tx.query(lockEndpoint(id));
      return await tx.query(disableEndpoint(id, reason));
    }, limits());
    book.changed();
    if (rows.length > 0)
      logger.warn({ receiver: new URL(url).origin, reason }, 'an endpoint of webhooks is disabled');
  }

  async function note(
    endpoint: Endpoint,
    { state, receiver }: Pick<Attempted, 'state' | 'receiver'>,
  ): Promise<void> {
    const { id, failingSince } = endpoint;
    if (receiver === 'unasked') return;
    const isWell = state.status === 'delivered';
    if (receiver === 'gone') return await disable(endpoint, 'gone');
    if (isWell !== (failingSince === null)) {
      // One that accepts every other delivery would have each of them noted. That it is well must never be missed.
      const nowMs = performance.now();
      if (!isWell && nowMs - (notedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return;
      notedAtMs.set(id, nowMs);
      await database.query(noteHealth(id, isWell ? 'well' : 'failing'), limits());
      book.changed();
      return;
    }
    if (isWell || failingSince === null) return;
    if (Date.now() - failingSince.getTime() < disableAfterHours * HOUR_MS) return;
    const [failing] = await database.query(
      selectFailing(id, { failingSince, hours: disableAfterHours }),
      limits(),
    );
    if (failing !== undefined) await disable(endpoint, 'failing');
  }

  return {
    async note(endpointId, attempted) {
      try {
        await note(await book.byId(endpointId), attempted);
      } catch (err) {
        logger.warn({ err, endpoint: endpointId }, 'how an endpoint of webhooks is could not be noted');
      }
    },
  };
}
