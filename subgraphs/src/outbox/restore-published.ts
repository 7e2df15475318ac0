/**
 * Finds out whether the stream still has what was published: a store may have been replaced by an older copy of itself, and
 * one that was cut off from its disk can lose what it had acknowledged. The outbox keeps everything for a day.
 */
import type { EventBus } from '@rocket/platform';
import { type AppName, eventMessageId } from '@rocket/schema';
import type { AppDatabase } from '../databases/app-database.ts';
import { countPublished, publishedAt, publishedEvent, unmarkAfter } from './outbox-sql.ts';
import { sweepOutbox } from './sweep-outbox.ts';

export interface RestoreInput {
  readonly app: AppName;
  readonly database: Pick<AppDatabase, 'primary' | 'committed'>;
  readonly bus: Pick<EventBus, 'publish' | 'durable' | 'messageAt' | 'outlivesProcess'>;
}

/**
 * Publishes again what is missing. A stream is a log: where one message is missing, all later ones are, so the last that is
 * there is found by halves.
 * @returns the number of events that were published again
 * @throws what the bus or the database failed with
 */
export async function restorePublished(input: RestoreInput): Promise<number> {
  if (await isThere(input, 0)) return 0;
  const [row] = await input.database.primary.query(countPublished());
  // By age: everything before `there` is missing, everything from it on is there.
  let missing = 0;
  let there = Number(row?.[0] ?? 0);
  while (there - missing > 1) {
    const middle = Math.floor((missing + there) / 2);
    if (await isThere(input, middle)) there = middle;
    else missing = middle;
  }
  const last = await eventAt(input, there);
  await input.database.primary.query(unmarkAfter(last?.position ?? 0));
  return await sweepOutbox({ ...input, of: { writer: null, except: [] } });
}

/** @param age 0 is the newest event. An event that does not exist lacks nowhere. */
async function isThere(input: RestoreInput, age: number): Promise<boolean> {
  const event = await eventAt(input, age);
  if (event === null) return true;
  const message = await input.bus.messageAt(event.position);
  return message?.id === eventMessageId({ app: input.app, epoch: event.epoch, id: event.id });
}

async function eventAt({ database }: RestoreInput, age: number) {
  const [row] = await database.primary.query(publishedAt(age));
  return row === undefined ? null : publishedEvent(row);
}
