import {
  type EventBus,
  type Follower,
  type Logger,
  type StreamMessage,
  shareRun,
  within,
} from '@rocket/platform';
import { type AppName, eventSubject, RocketError } from '@rocket/schema';
import {
  type ChangeFeed,
  type ChangeListener,
  type ChangePage,
  isOther,
  type StreamPlace,
} from './change-feed.ts';
import { placeOf, readChange } from './change-reader.ts';
import { findHead } from './find-head.ts';
import { LastCommit } from './last-commit.ts';
import { Listeners } from './listeners.ts';
import { arrived, NewestEvents } from './newest-events.ts';
import { SharedPages, type SharedPagesOptions } from './pages/shared-pages.ts';
import { RecentChanges } from './recent-changes.ts';
import type { ResyncReason } from './resync.ts';
import { createPlaceCheck } from './verify-place.ts';

export interface AppFeedOptions extends Omit<SharedPagesOptions, 'newest' | 'ended' | 'pageMessages'> {
  readonly app: AppName;
  readonly bus: EventBus;
  readonly logger: Logger;
  /** It follows nothing any more: those who come have to open another one. */
  readonly onLost: () => void;
}

/** Follows the changes of one app for all who listen to them here. */
export class AppFeed implements ChangeFeed {
  readonly committed = new LastCommit();
  readonly #options: AppFeedOptions;
  readonly #follower: Follower;
  readonly #listeners: Listeners;
  readonly #newest: NewestEvents;
  readonly #pages: SharedPages;
  readonly #check: (place: StreamPlace) => Promise<StreamPlace>;
  readonly #ending = new AbortController();
  readonly #moveHead = shareRun(() => this.#lookAhead());
  #recent: RecentChanges | null = null;
  /** When `head` was the end of the stream, by the process's clock. */
  #headAtMs = Number.NEGATIVE_INFINITY;
  /** Resolves when the follower has caught up, or has ended. */
  #caughtUp = Promise.withResolvers<void>();
  #isCaughtUp = false;
  #lost: ResyncReason | null = null;

  constructor(options: AppFeedOptions) {
    const { app, bus, limits, resync } = options;
    this.#options = options;
    this.#listeners = new Listeners(options);
    this.#newest = new NewestEvents(limits.keptMessages);
    const { signal: ended } = this.#ending;
    const { pageMessages } = limits;
    this.#pages = new SharedPages({ ...options, newest: this.#newest, pageMessages, ended });
    this.#check = createPlaceCheck(bus, resync);
    this.#follower = bus.follow({
      subject: eventSubject({ app }),
      from: { kind: 'new' },
      onMessage: (message) => this.#take(message),
      onCaughtUp: (position) => this.#catchUp(position),
      onCut: () => this.#cut(),
      onLost: (reason) => this.lose(reason),
    });
  }

  get head(): StreamPlace {
    return this.#recent?.head ?? { position: 0, id: null };
  }

  covers(place: StreamPlace): boolean {
    return this.#recent !== null && place.position >= this.#recent.floor.position;
  }

  /** Resolves while the stream is followed and its end is known. @throws RocketError `EVENTS_UNAVAILABLE` */
  ready(): Promise<void> {
    return within(this.#options.limits.openTimeoutMs, this.#untilReady(), () => {
      throw new RocketError('EVENTS_UNAVAILABLE');
    });
  }

  join(after: StreamPlace, listener: ChangeListener): { close(): void } | null {
    const recent = this.#recent;
    if (this.#lost === null && !this.covers(after)) return null;
    const listening = this.#listeners.add(after, listener, this.head);
    const reason = this.#lost ?? (this.#isForeign(after) ? 'rewound' : null);
    if (reason !== null) this.#listeners.lose(listening, reason);
    else {
      for (const change of recent?.changesAfter(after.position) ?? []) {
        if (change.event.entity === listener.entity) this.#listeners.giveTo(listening, change);
      }
    }
    return { close: () => this.#listeners.remove(listening) };
  }

  async verify(place: StreamPlace): Promise<void> {
    this.#requireFollowed();
    if (this.#recent === null || !this.covers(place)) return;
    if (this.#isForeign(place)) throw this.#options.resync('rewound');
    if (this.#recent.idAt(place.position) === undefined) await this.#check(place);
  }

  async read(after: StreamPlace, entity: string): Promise<ChangePage> {
    this.#requireFollowed();
    try {
      return await this.#pages.read(after, entity);
    } catch (error) {
      // A loss meanwhile is the reason, whatever came of the page.
      this.#requireFollowed();
      throw error;
    }
  }

  /** All who listen are told, and nothing is followed any more. */
  lose(reason: ResyncReason): void {
    if (this.#lost !== null) return;
    this.#end(reason);
    this.#options.logger.warn({ app: this.#options.app, reason }, 'The changes of an app were lost');
    this.#options.onLost();
    this.#listeners.loseAll(reason);
  }

  /** Nobody is called any more. */
  close(): void {
    if (this.#lost !== null) return;
    this.#end('failed');
    this.#listeners.clear();
  }

  #end(reason: ResyncReason): void {
    this.#lost = reason;
    this.#follower.close();
    this.#ending.abort();
    this.#pages.clear();
    this.#caughtUp.resolve();
  }

  async #untilReady(): Promise<void> {
    await this.#caughtUp.promise;
    if (this.#lost !== null) throw new RocketError('EVENTS_UNAVAILABLE');
    if (performance.now() - this.#headAtMs > this.#options.limits.headAgeMs) await this.#moveHead();
  }

  async #lookAhead(): Promise<void> {
    const { head } = this;
    const found = await findHead({ ...this.#options, head, ended: this.#ending.signal });
    // What was delivered meanwhile is a later place than the one that was looked for.
    if (found !== null && this.head === head) this.#recent?.add(found, null, 0);
    this.#headAtMs = performance.now();
  }

  #requireFollowed(): void {
    if (this.#lost !== null) throw this.#options.resync(this.#lost);
  }

  #isForeign(place: StreamPlace): boolean {
    const id = this.#recent?.idAt(place.position);
    return id !== undefined && isOther(place, id);
  }

  #take(message: StreamMessage): void {
    const event = readChange(message, this.#options.app, this.#options.reader);
    const place = placeOf(message);
    const recent = this.#recent;
    // Up to the head there was nothing more on the stream that was followed.
    const isOfAnother = recent !== null && place.position <= recent.head.position;
    if (event === 'unreadable' || isOfAnother) {
      this.lose(event === 'unreadable' ? event : 'rewound');
      return;
    }
    if (event !== null) this.committed.note(event);
    const bytes = Buffer.byteLength(message.payload);
    const change = event === null ? null : arrived({ event, place, bytes }, [this.#newest]);
    // What comes before the follower has caught up for the first time may have gaps before it.
    if (recent === null) return;
    recent.add(place, change, bytes);
    this.#headAtMs = performance.now();
    this.#listeners.reached(place);
    if (change !== null) this.#listeners.give(change);
  }

  #catchUp(position: number): void {
    this.#recent ??= new RecentChanges({ position, id: null }, this.#options.limits);
    this.committed.begin();
    this.#isCaughtUp = true;
    this.#caughtUp.resolve();
  }

  #cut(): void {
    if (!this.#isCaughtUp) return;
    this.#isCaughtUp = false;
    this.#caughtUp = Promise.withResolvers();
  }
}
