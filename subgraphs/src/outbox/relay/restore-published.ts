/**
 * Finds out whether the stream still has what was published: a store may have been replaced by an older copy of itself, and
 * one that was cut off from its disk can lose what it had acknowledged. The outbox keeps everything for a day.
 */
import { eventMessageId } from '@rocket/schema';
import type { AppStream } from '../app-stream.ts';
import { type MarkedEvent, markedEvent, selectMarked, unmarkAfter } from '../outbox-sql.ts';

/**
 * Takes the marks off what is missing. A stream is a log: where one position is missing, all later ones are, so the last
 * that is there is found by halves. Ids say nothing of that, as what waited longer has a low one.
 * @returns the number of events that are missing
 * @throws what the bus or the database failed with
 */
export async function restorePublished(input: AppStream): Promise<number> {
  const newest = await markedUpTo(input, Number.MAX_SAFE_INTEGER);
  if (newest === null || (await isThere(input, newest))) return 0;
  let there = 0;
  let missing = newest.position;
  while (missing - there > 1) {
    const middle = Math.floor((there + missing) / 2);
    const event = await markedUpTo(input, middle);
    if (event === null || event.position <= there || (await isThere(input, event))) there = middle;
    else missing = event.position;
  }
  // Those of a day may be many.
  const noDeadline = { deadlineAtMs: Number.POSITIVE_INFINITY };
  const rows = await input.database.primary.query(unmarkAfter(there), noDeadline);
  return rows.length;
}

async function isThere({ bus, app }: AppStream, event: MarkedEvent): Promise<boolean> {
  const message = await bus.messageAt(event.position);
  return message?.id === eventMessageId({ app, ...event });
}

async function markedUpTo({ database }: AppStream, position: number): Promise<MarkedEvent | null> {
  const [row] = await database.primary.query(selectMarked(position));
  return row === undefined ? null : markedEvent(row);
}
