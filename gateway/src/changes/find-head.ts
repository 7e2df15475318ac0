import type { EventBus } from '@rocket/platform';
import { type AppName, eventSubject, RocketError } from '@rocket/schema';
import type { StreamPlace } from './change-feed.ts';
import { collectPage } from './pages/collect-page.ts';

export interface HeadSearch {
  readonly app: AppName;
  readonly bus: Pick<EventBus, 'follow' | 'messageAt' | 'range'>;
  /** Everything of the app up to here has been delivered. */
  readonly head: StreamPlace;
  readonly ended: AbortSignal;
}

/**
 * A later place up to which there is nothing more of the app. The stream goes on while nothing happens to an app, and a place
 * that is left behind expires.
 * @returns null when there are newer messages of the app, or the message at that place has no id
 * @throws RocketError `EVENTS_UNAVAILABLE`
 */
export async function findHead({ app, bus, head, ended }: HeadSearch): Promise<StreamPlace | null> {
  const { first } = await bus.range();
  const collected = await collectPage({
    bus,
    subject: eventSubject({ app }),
    after: { position: Math.max(head.position, first - 1) },
    keep: 'first',
    limit: 1,
    waitMs: 0,
    released: ended,
  });
  // Whoever follows the stream finds out for themselves that it was lost.
  if (collected.kind !== 'page' || ended.aborted) throw new RocketError('EVENTS_UNAVAILABLE');
  const { messages, position } = collected;
  if (messages.length > 0) return null;
  const id = (await bus.messageAt(position))?.id ?? null;
  return id === null ? null : { position, id };
}
