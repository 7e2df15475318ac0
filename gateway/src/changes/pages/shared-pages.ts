/** Pages of the stream for subscribers who come back, many of them at once and from about the same places. */
import { createSlots, type Slots, within } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import type { ChangePage, StreamPlace } from '../change-feed.ts';
import type { FeedLimits } from '../feed-limits.ts';
import type { FeedMetrics } from '../feed-metrics.ts';
import { covers, type PageSource, readPage, type StreamPage } from './read-page.ts';

/** All who read from one place. */
interface Reader {
  readonly after: StreamPlace;
  readonly promise: Promise<ChangePage>;
  resolve(page: ChangePage): void;
  reject(error: unknown): void;
}

export interface SharedPagesOptions extends PageSource {
  readonly metrics: FeedMetrics;
  readonly limits: FeedLimits;
  /** Those of the process, for all apps together. */
  readonly slots: Slots;
}

/** Pages are kept for those who come a little later. */
const KEPT_PAGES = 100;
/** Of the payloads. */
const KEPT_BYTES = 8 * 1024 * 1024;
const KEPT_MS = 30_000;

/**
 * Readers of one entity are served in rounds, from the earliest place to the latest: a page is most likely to have what the
 * next ones want too. Who comes during a round waits for the next one, so that somebody far behind holds up nobody.
 */
export class SharedPages {
  readonly #options: SharedPagesOptions;
  readonly #slots: Slots;
  /** By entity, then by place. */
  readonly #waiting = new Map<string, Map<string, Reader>>();
  readonly #pages = new LRUCache<string, StreamPage>({
    max: KEPT_PAGES,
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ bytes }) => bytes + 1,
    ttl: KEPT_MS,
    ttlAutopurge: true,
  });

  constructor(options: SharedPagesOptions) {
    this.#options = options;
    this.#slots = createSlots(options.limits.readsPerApp);
  }

  /** @throws RocketError `RESYNC_REQUIRED`, `EVENTS_UNAVAILABLE` */
  read(after: StreamPlace, entity: string): Promise<ChangePage> {
    const page = this.#find(after, entity);
    if (page !== null) return Promise.resolve(restOf(page, after));
    const known = this.#waiting.get(entity);
    const waiting = known ?? new Map<string, Reader>();
    const reader = waiting.get(keyOf(after)) ?? { after, ...Promise.withResolvers<ChangePage>() };
    waiting.set(keyOf(after), reader);
    if (known === undefined) {
      this.#waiting.set(entity, waiting);
      void this.#serve(waiting, entity);
    }
    const { promise } = reader;
    return within(this.#options.limits.readTimeoutMs, promise, () => {
      throw new RocketError('EVENTS_UNAVAILABLE');
    });
  }

  clear(): void {
    this.#pages.clear();
  }

  async #serve(waiting: Map<string, Reader>, entity: string): Promise<void> {
    while (waiting.size > 0) {
      const round = [...waiting.values()].sort((a, b) => a.after.position - b.after.position);
      waiting.clear();
      try {
        await this.#serveRound(round, entity);
      } catch (error) {
        // Those who have their page are not reached by it any more.
        for (const reader of round) reader.reject(error);
      }
    }
    this.#waiting.delete(entity);
  }

  /** @throws what concerns all who wait, and not the place of one */
  async #serveRound(round: readonly Reader[], entity: string): Promise<void> {
    const range = await this.#options.bus.range();
    for (const reader of round) {
      const { position } = reader.after;
      if (position > range.last) reader.reject(this.#options.resync('rewound'));
      else if (position + 1 < range.first) reader.reject(this.#options.resync('expired'));
      else await this.#serveOne(reader, entity);
    }
  }

  async #serveOne({ after, resolve, reject }: Reader, entity: string): Promise<void> {
    try {
      const page = this.#find(after, entity) ?? (await this.#readAndKeep(after, entity));
      resolve(restOf(page, after));
    } catch (error) {
      if (!(error instanceof RocketError && error.code === 'RESYNC_REQUIRED')) throw error;
      reject(error);
    }
  }

  #find(after: StreamPlace, entity: string): StreamPage | null {
    for (const page of this.#pages.values()) {
      if (page.entity === entity && covers(page, after)) return page;
    }
    return null;
  }

  async #readAndKeep(after: StreamPlace, entity: string): Promise<StreamPage> {
    const { slots, metrics } = this.#options;
    const read = () => readPage(after, entity, this.#options);
    const page = await this.#slots.run(() => slots.run(read));
    metrics.pageRead();
    this.#pages.set(`${entity}@${keyOf(after)}`, page);
    return page;
  }
}

function keyOf({ position, id }: StreamPlace): string {
  return `${position}:${id}`;
}

function restOf({ changes, to }: StreamPage, after: StreamPlace): ChangePage {
  return { changes: changes.filter(({ place }) => place.position > after.position), place: to };
}
