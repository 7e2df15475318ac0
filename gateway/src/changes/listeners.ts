import type { Logger } from '@rocket/platform';
import { type ChangeListener, type FedChange, isOther, type StreamPlace } from './change-feed.ts';
import type { FeedMetrics } from './feed-metrics.ts';
import type { Resync, ResyncReason } from './resync.ts';

export interface Listening {
  readonly listener: ChangeListener;
  readonly after: StreamPlace;
  /** Everything up to here was given, or is not wanted. */
  position: number;
  isOpen: boolean;
}

interface ListenersOptions {
  readonly logger: Logger;
  readonly metrics: FeedMetrics;
  readonly resync: Resync;
}

/** Who listens to the changes of an app. They may come and go while they are called. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #byEntity = new Map<string, Set<Listening>>();
  /** Those whose place the feed has not come to yet. */
  readonly #ahead = new Set<Listening>();

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  add(after: StreamPlace, listener: ChangeListener, head: StreamPlace): Listening {
    const listening = { listener, after, position: after.position, isOpen: true };
    const ofEntity = this.#byEntity.get(listener.entity) ?? new Set();
    this.#byEntity.set(listener.entity, ofEntity.add(listening));
    if (after.position > head.position) this.#ahead.add(listening);
    return listening;
  }

  remove(listening: Listening): void {
    listening.isOpen = false;
    this.#ahead.delete(listening);
    const { entity } = listening.listener;
    const ofEntity = this.#byEntity.get(entity);
    if (ofEntity?.delete(listening) === true && ofEntity.size === 0) this.#byEntity.delete(entity);
  }

  /** The feed has come to a message: whoever was said to be there, on another stream, is lost. */
  reached(place: StreamPlace): void {
    for (const listening of this.#ahead) {
      if (listening.after.position > place.position) continue;
      this.#ahead.delete(listening);
      if (listening.after.position === place.position && isOther(listening.after, place.id)) {
        this.lose(listening, 'rewound');
      }
    }
  }

  give(change: FedChange): void {
    for (const listening of this.#byEntity.get(change.event.entity) ?? []) this.giveTo(listening, change);
  }

  /** Nothing twice: who joins while others are called has had the change from memory. */
  giveTo(listening: Listening, change: FedChange): void {
    const { position } = change.place;
    if (!listening.isOpen || position <= listening.position) return;
    listening.position = position;
    this.#options.metrics.fed();
    listening.listener.onChange(change);
  }

  lose(listening: Listening, reason: ResyncReason): void {
    const { resync, logger } = this.#options;
    this.remove(listening);
    try {
      listening.listener.onLost(resync(reason));
    } catch (error) {
      // The others have to be told all the same.
      logger.error({ error, reason }, 'A listener to changes could not be told of their loss');
    }
  }

  loseAll(reason: ResyncReason): void {
    for (const ofEntity of [...this.#byEntity.values()]) {
      for (const listening of [...ofEntity]) if (listening.isOpen) this.lose(listening, reason);
    }
  }

  clear(): void {
    for (const ofEntity of this.#byEntity.values())
      for (const listening of ofEntity) listening.isOpen = false;
    this.#byEntity.clear();
    this.#ahead.clear();
  }
}
