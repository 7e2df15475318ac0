import type { EventBus, RecordReader } from '@rocket/platform';
import { type AppName, eventSubject, RocketError } from '@rocket/schema';
import { type FedChange, isOther, type StreamPlace } from '../change-feed.ts';
import { placeOf, readChange } from '../change-reader.ts';
import { arrived, NewestEvents } from '../newest-events.ts';
import type { Resync } from '../resync.ts';
import { collectPage } from './collect-page.ts';

export interface PageSource {
  readonly app: AppName;
  readonly bus: Pick<EventBus, 'follow' | 'messageAt' | 'range'>;
  readonly reader: RecordReader;
  /** What the feed knows of records. */
  readonly newest: NewestEvents;
  readonly resync: Resync;
  /** Most messages of a page. */
  readonly pageMessages: number;
  /** When it aborts, nobody waits any longer. */
  readonly ended: AbortSignal;
}

/** The changes of one entity between two places. It stays right for as long as the stream is the same. */
export interface StreamPage {
  readonly entity: string;
  readonly from: StreamPlace;
  readonly to: StreamPlace;
  /** Of the messages of the entity, by position. */
  readonly ids: ReadonlyMap<number, string | null>;
  readonly changes: readonly FedChange[];
  /** Of the payloads. */
  readonly bytes: number;
}

/** @throws RocketError `RESYNC_REQUIRED`, `EVENTS_UNAVAILABLE` */
export async function readPage(from: StreamPlace, entity: string, source: PageSource): Promise<StreamPage> {
  const { app, bus, reader, resync, pageMessages, ended } = source;
  const collected = await collectPage({
    bus,
    subject: eventSubject({ app, entity }),
    after: { position: from.position, ...(from.id === null ? {} : { id: from.id }) },
    keep: 'first',
    limit: pageMessages,
    waitMs: 0,
    released: ended,
  });
  if (collected.kind === 'away' || ended.aborted) throw new RocketError('EVENTS_UNAVAILABLE');
  if (collected.kind === 'lost') throw resync(collected.reason);
  const { messages, position } = collected;
  const here = new NewestEvents(pageMessages);
  const changes: FedChange[] = [];
  let bytes = 0;
  for (const message of messages) {
    const event = readChange(message, app, reader);
    if (event === 'unreadable') throw resync('unreadable');
    const own = Buffer.byteLength(message.payload);
    bytes += own;
    if (event === null) continue;
    const change = arrived({ event, place: placeOf(message), bytes: own }, [here, source.newest]);
    if (change !== null) changes.push(change);
  }
  const ids = new Map(messages.map(({ position: at, id }) => [at, id]));
  const id = ids.get(position) ?? (await bus.messageAt(position))?.id ?? null;
  return { entity, from, to: { position, id }, ids, changes, bytes };
}

/** Whether the page has what comes after a place that is known to be of its stream. */
export function covers({ from, to, ids }: StreamPage, place: StreamPlace): boolean {
  if (place.position < from.position || place.position >= to.position) return false;
  if (place.position === from.position) return place.id === from.id;
  const id = ids.get(place.position);
  return id !== undefined && !isOther(place, id);
}
