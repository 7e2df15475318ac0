import type { ChangeFeed, ChangeListener } from '../../changes/change-feed.ts';
import { retried } from '../resolution/retried.ts';
import type { ChangeQueue } from './change-queue.ts';

export interface Joining extends ChangeListener {
  readonly feed: ChangeFeed;
  /** Asked after each wait. */
  readonly hasEnded: () => boolean;
}

/**
 * Joins the feed where the queue is. What is older than the feed's memory is read before, page by page, and worked off.
 * Null when it has ended meanwhile. @throws RocketError as the feed, and as the queue
 */
export async function joinFeed(queue: ChangeQueue, joining: Joining): Promise<{ close(): void } | null> {
  const { feed, entity, hasEnded } = joining;
  let place = queue.done;
  while (!hasEnded()) {
    const joined = feed.join(place, joining);
    if (joined !== null) return joined;
    const from = place;
    const page = await retried(() => feed.read(from, entity));
    for (const change of page.changes) queue.offer(change);
    await queue.work();
    place = page.place;
    queue.reached(place);
  }
  return null;
}
