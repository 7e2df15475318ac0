/** Feeds of changes on a real bus, and listeners that keep what they are told. */
import {
  createInProcessBus,
  createLogger,
  createMetrics,
  type EventBus,
  type NatsOptions,
  openNatsBus,
} from '@rocket/platform';
import type { RocketError, ShardMap } from '@rocket/schema';
import {
  findNatsServer,
  type NatsServer,
  startNatsServer,
} from '../../../tests/harness/servers/nats-server.ts';
import type { ChangeFeed, ChangeFeeds, FedChange, StreamPlace } from '../../src/changes/change-feed.ts';
import { createChangeFeeds } from '../../src/changes/change-feeds.ts';
import type { FeedLimits } from '../../src/changes/feed-limits.ts';
import { idsOf } from './published-changes.ts';

export const natsServer = findNatsServer();
export const logger = createLogger({ level: 'silent', name: 'test' });

export function natsOptions(server: NatsServer): NatsOptions {
  return {
    ...{ logger, name: 'test', servers: [server.url] },
    ...{ credsFile: null, caFile: null, certFile: null, keyFile: null },
    stream: { retentionDays: 7, replicas: 1, maxBytes: null },
  };
}

export const BUSES = [
  {
    name: 'in process',
    isMissing: false,
    async open() {
      const bus = createInProcessBus({ logger });
      return { bus, dispose: () => bus.close() };
    },
  },
  {
    name: 'JetStream',
    isMissing: natsServer === null,
    async open() {
      const server = await startNatsServer(natsServer ?? '');
      const bus = await openNatsBus(natsOptions(server));
      return { bus, dispose: () => bus.close().then(() => server.dispose()) };
    },
  },
];

/** A bus that counts what is asked of it. */
export function counting(bus: EventBus) {
  const counts = { follow: 0, messageAt: 0, range: 0, following: 0 };
  const counted: EventBus = {
    ...bus,
    follow(options) {
      counts.follow += 1;
      counts.following += 1;
      let isOpen = true;
      const ended = (): void => {
        if (isOpen) counts.following -= 1;
        isOpen = false;
      };
      const follower = bus.follow({
        ...options,
        onLost(reason) {
          ended();
          options.onLost(reason);
        },
      });
      return {
        get position() {
          return follower.position;
        },
        close() {
          ended();
          follower.close();
        },
      };
    },
    messageAt(position) {
      counts.messageAt += 1;
      return bus.messageAt(position);
    },
    range() {
      counts.range += 1;
      return bus.range();
    },
  };
  return { bus: counted, counts };
}

export interface World {
  readonly feeds: ChangeFeeds;
  /** The shard map as it is from now on. */
  move(shardMap: ShardMap): void;
  metric(name: string): Promise<string | undefined>;
}

export const NO_SHARDS: ShardMap = { placements: new Map(), shards: new Map() };

export function openFeeds(bus: EventBus, limits: Partial<FeedLimits> = {}, shardMap = NO_SHARDS): World {
  const listeners = new Set<(now: { readonly shardMap: ShardMap }) => void>();
  const current = { shardMap };
  const metrics = createMetrics();
  const feeds = createChangeFeeds({
    ...{ bus, logger, metrics, limits },
    view: {
      current,
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  return {
    feeds,
    move(next) {
      current.shardMap = next;
      for (const listener of listeners) listener(current);
    },
    async metric(name) {
      const { body } = await metrics.render();
      const line = body
        .split('\n')
        .find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
      return line?.split(' ').at(-1);
    },
  };
}

export interface Heard {
  readonly changes: FedChange[];
  readonly ids: () => number[];
  readonly errors: RocketError[];
  /** Null when pages had to be read first. */
  readonly joined: { close(): void } | null;
}

export function listen(feed: ChangeFeed, after: StreamPlace, entity = 'deal'): Heard {
  const changes: FedChange[] = [];
  const errors: RocketError[] = [];
  const joined = feed.join(after, {
    entity,
    onChange: (each) => void changes.push(each),
    onLost: (error) => void errors.push(error),
  });
  return { changes, ids: () => idsOf(changes), errors, joined };
}

/** Reads pages until it can join, as a subscriber with a cursor does. */
export async function resume(feed: ChangeFeed, after: StreamPlace, entity = 'deal') {
  await feed.verify(after);
  const read: FedChange[] = [];
  for (let place = after, pages = 0; ; pages += 1) {
    const heard = listen(feed, place, entity);
    if (heard.joined !== null) return { ids: () => [...idsOf(read), ...heard.ids()], pages, heard };
    const page = await feed.read(place, entity);
    read.push(...page.changes);
    ({ place } = page);
  }
}

export function resyncFor(reason: string) {
  return { code: 'RESYNC_REQUIRED', details: { reason } };
}
