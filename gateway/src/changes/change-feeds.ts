/** The changes of apps as they are made, for subscriptions: each app is followed once, while somebody listens to it. */
import { createRecordReader, createSlots, type EventBus, type Logger, type Metrics } from '@rocket/platform';
import { type AppName, RocketError, type ShardMap } from '@rocket/schema';
import { unheard } from '../cache/freshness/unheard.ts';
import { AppFeed } from './app-feed.ts';
import type { ChangeFeeds, OpenFeed } from './change-feed.ts';
import { FEED_LIMITS, type FeedLimits } from './feed-limits.ts';
import { createFeedMetrics } from './feed-metrics.ts';
import { createResync } from './resync.ts';

interface MapHolder {
  readonly shardMap: ShardMap;
}

export interface ChangeFeedsOptions {
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Says where apps are. A feed is lost when the events of its app go to another process from now on. */
  readonly view: { readonly current: MapHolder; onChange(listener: (now: MapHolder) => void): () => void };
  readonly limits?: Partial<FeedLimits>;
}

interface Entry {
  readonly app: AppName;
  readonly feed: AppFeed;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

export function createChangeFeeds(options: ChangeFeedsOptions): ChangeFeeds {
  const { bus, view } = options;
  const entries = new Map<AppName, Entry>();
  const limits = { ...FEED_LIMITS, ...options.limits };
  const newFeed = createFeedMaker({ ...options, limits, openFeeds: () => entries.size });
  let isClosed = false;
  const stopWatching = view.onChange(({ shardMap }) => {
    for (const { app, feed } of [...entries.values()]) {
      if (unheard(app, shardMap, bus) !== null) feed.lose('unheard');
    }
  });

  function start(app: AppName): Entry {
    const onLost = (): void => {
      if (entries.get(app) === entry) entries.delete(app);
    };
    const entry: Entry = { app, feed: newFeed(app, onLost), users: 0, idle: undefined };
    entries.set(app, entry);
    return entry;
  }

  function leave(entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0 || entries.get(entry.app) !== entry) return;
    entry.idle = setTimeout(() => {
      entries.delete(entry.app);
      entry.feed.close();
    }, limits.idleMs);
  }

  return {
    async open(app) {
      const reason = unheard(app, view.current.shardMap, bus);
      if (reason !== null || isClosed) throw new RocketError('EVENTS_UNAVAILABLE', reason ?? undefined);
      const entry = entries.get(app) ?? start(app);
      entry.users += 1;
      clearTimeout(entry.idle);
      try {
        await entry.feed.ready();
      } catch (error) {
        leave(entry);
        throw error;
      }
      return openFeed(entry.feed, () => leave(entry));
    },
    close() {
      isClosed = true;
      stopWatching();
      for (const { feed, idle } of entries.values()) {
        clearTimeout(idle);
        feed.close();
      }
      entries.clear();
    },
  };
}

function openFeed(feed: AppFeed, leave: () => void): OpenFeed {
  let isReleased = false;
  return {
    feed,
    release() {
      if (isReleased) return;
      isReleased = true;
      leave();
    },
  };
}

/** What all feeds of the process share. */
function createFeedMaker(options: {
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits: FeedLimits;
  readonly openFeeds: () => number;
}): (app: AppName, onLost: () => void) => AppFeed {
  const { bus, logger, limits } = options;
  const metrics = createFeedMetrics(options.metrics, options.openFeeds);
  const resync = createResync(metrics);
  const reader = createRecordReader(logger, () => performance.now());
  const slots = createSlots(limits.readsPerProcess);
  return (app, onLost) => new AppFeed({ app, bus, logger, limits, metrics, resync, reader, slots, onLost });
}
