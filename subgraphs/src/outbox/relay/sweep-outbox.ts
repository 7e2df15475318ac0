/** Publishes events from the outbox. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppStream } from '../app-stream.ts';
import { markPublished, selectWaiting, type WaitingRows, waitingEvent } from '../outbox-sql.ts';
import { publishEvents } from './publish-events.ts';

const SWEEP_EVENTS = 500;
const PAUSE_MS = 50;

export interface SweepInput extends AppStream {
  readonly of: Omit<WaitingRows, 'limit'>;
}

/**
 * Resolves with the number of events published, when the outbox had no more. Nothing is claimed: two sweeps at once
 * publish the same events, of which the stream keeps one each, and mark them twice.
 * @throws what the bus or the database failed with
 */
export async function sweepOutbox({ app, database, bus, of }: SweepInput): Promise<number> {
  let total = 0;
  for (;;) {
    const rows = await database.primary.query(selectWaiting({ ...of, limit: SWEEP_EVENTS }));
    if (rows.length === 0) return total;
    const lsn = await database.committed();
    const events = rows.map(waitingEvent);
    const { published, upTo, failure } = await publishEvents({ bus, app, events, lsn });
    await bus.durable(upTo);
    await database.primary.query(markPublished(published, bus.outlivesProcess));
    total += published.length;
    if (failure !== null) {
      if (published.length === 0) throw failure;
      // A stream that takes some of them is full, not away, and soon takes more.
      await sleep(PAUSE_MS);
      continue;
    }
    // A part that is not full had all there was; waiting for none would never end beside others who write.
    if (rows.length < SWEEP_EVENTS) return total;
  }
}
