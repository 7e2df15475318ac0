import { type EventBus, makeOnce } from '@rocket/platform';
import { isOther, type StreamPlace } from './change-feed.ts';
import type { Resync } from './resync.ts';

/** Places that were found to be of the stream. A stream that is replaced ends the feed, and this with it. */
const REMEMBERED = 1_000;

/**
 * Asks the stream whether a place is of it, once for all who ask about it.
 * @returns what throws RocketError `RESYNC_REQUIRED`, also for a place whose message is not there any more, so that it cannot
 *   be known; `EVENTS_UNAVAILABLE`
 */
export function createPlaceCheck(
  bus: Pick<EventBus, 'messageAt' | 'range'>,
  resync: Resync,
): (place: StreamPlace) => Promise<StreamPlace> {
  return makeOnce({
    max: REMEMBERED,
    key: ({ position, id }: StreamPlace) => `${position}:${id}`,
    async make(place: StreamPlace) {
      const there = await bus.messageAt(place.position);
      if (there !== null) {
        if (isOther(place, there.id)) throw resync('rewound');
        return place;
      }
      const { last } = await bus.range();
      if (place.position > last) throw resync('rewound');
      if (place.id !== null) throw resync('expired');
      return place;
    },
  });
}
