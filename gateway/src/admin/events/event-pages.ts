/** Pages of the stream, for those who ask again and again what has changed. */
import type { EventBus, FollowLoss, StreamMessage } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { collectPage } from '../../changes/pages/collect-page.ts';

/** Without a position the last events are looked for among so many messages, so that no page reads a whole stream. */
const LOOK_BACK = 10_000;

export interface PageRequest {
  readonly subject: string;
  /** `position` of a former page; null begins with the last events there are. */
  readonly after: string | null;
  readonly limit: number;
  /** How long to wait for an event when there is none. */
  readonly waitMs: number;
}

export interface EventPage {
  readonly messages: readonly StreamMessage[];
  /** Where the next page begins. */
  readonly position: string;
  /** Why events may have been missed between `after` and this page; null when none were. */
  readonly reset: FollowLoss | null;
}

export interface EventPages {
  /** @throws RocketError `EVENTS_UNAVAILABLE`; `BAD_USER_INPUT` for an `after` that no page gave */
  next(request: PageRequest): Promise<EventPage>;
  /** From now on pages are given as they are, without waiting. */
  release(): void;
}

export function createEventPages(bus: Pick<EventBus, 'follow' | 'range' | 'messageAt'>): EventPages {
  const releasing = new AbortController();
  return {
    release: () => releasing.abort(),
    async next({ subject, after, limit, waitMs }) {
      const collected = await collectPage({
        bus,
        subject,
        after: after === null ? await recently(bus) : readPlace(after),
        keep: after === null ? 'last' : 'first',
        limit,
        waitMs,
        released: releasing.signal,
      });
      switch (collected.kind) {
        case 'page': {
          const { messages, position } = collected;
          return { messages, position: await placeAt(bus, position), reset: null };
        }
        case 'lost':
          return await startAgain(bus, collected.reason, after === null);
        case 'away':
          throw new RocketError('EVENTS_UNAVAILABLE');
        default:
          return collected satisfies never;
      }
    },
  };
}

async function recently(bus: Pick<EventBus, 'range'>): Promise<{ readonly position: number }> {
  const { first, last } = await bus.range();
  return { position: Math.max(first - 1, last - LOOK_BACK) };
}

/** Who had no position has missed nothing; the others go on with what is there. */
async function startAgain(
  bus: Pick<EventBus, 'range' | 'messageAt'>,
  reason: FollowLoss,
  isFirst: boolean,
): Promise<EventPage> {
  const { first, last } = await bus.range();
  const next = reason === 'expired' && !isFirst ? first - 1 : last;
  return { messages: [], position: await placeAt(bus, next), reset: isFirst ? null : reason };
}

const PLACE = /^(\d{1,15})(?::(.+))?$/s;

/** The message's id goes along, so that a stream that was replaced is noticed. */
async function placeAt(bus: Pick<EventBus, 'messageAt'>, position: number): Promise<string> {
  const id = (await bus.messageAt(position))?.id ?? null;
  return id === null ? String(position) : `${position}:${id}`;
}

function readPlace(text: string): { readonly position: number; readonly id?: string } {
  const [, position, id] = PLACE.exec(text) ?? [];
  if (position === undefined) throw new RocketError('BAD_USER_INPUT', '`after` is no position of a page');
  return { position: Number(position), ...(id === undefined ? {} : { id }) };
}
