/** A stream in virtual time: what is sent arrives late, answers come late, and followers get everything late. */
import type { EventBus, FollowOptions, OutgoingMessage, StreamMessage } from '../../../src/index.ts';
import { newBus } from '../followed-bus.ts';
import { type Chance, SLOW_MESSAGE_MS } from './chance.ts';
import { SimulatedFeed } from './simulated-feed.ts';

export interface SimulatedStream {
  positionOf(id: string): number | undefined;
  connect(): Connection;
}

/** What is sent over one connection arrives in order, and so do its answers. */
export interface Connection {
  /** @param onStored with the position, when the sender learns it; never for what was sent in a cut */
  send(message: OutgoingMessage, onStored: (position: number) => void): void;
  /** For a follower. */
  readonly bus: EventBus;
  cut(forMs: number): void;
}

/** For what no follower asks a bus. */
const otherwise = newBus();

export function createSimulatedStream(chance: Chance): SimulatedStream {
  const messages: StreamMessage[] = [];
  const positions = new Map<string, number>();
  const feeds = new Set<SimulatedFeed>();

  function store({ id, subject, payload }: OutgoingMessage): number {
    const known = positions.get(id);
    if (known !== undefined) return known;
    const position = messages.length + 1;
    messages.push({ id, subject, payload, position, storedAtMs: performance.now() });
    positions.set(id, position);
    for (const feed of feeds) feed.pump();
    return position;
  }

  function feed(options: FollowOptions): SimulatedFeed {
    const made = new SimulatedFeed(messages, options, chance);
    feeds.add(made);
    return made;
  }

  return {
    positionOf: (id) => positions.get(id),
    connect: () => connect(chance, store, feed),
  };
}

function connect(
  chance: Chance,
  store: (message: OutgoingMessage) => number,
  feed: (options: FollowOptions) => SimulatedFeed,
): Connection {
  const there = createLane(chance);
  const back = createLane(chance);
  const feeds: SimulatedFeed[] = [];
  let cutUntil = 0;

  function send(message: OutgoingMessage, onStored: (position: number) => void): void {
    if (performance.now() < cutUntil) return;
    there(() => {
      const position = store(message);
      back(() => onStored(position));
    });
  }

  const bus: EventBus = {
    ...otherwise,
    publish(sent) {
      for (const message of sent) send(message, () => undefined);
      return Promise.resolve([]);
    },
    follow(options) {
      const made = feed(options);
      feeds.push(made);
      return { position: 0, close: () => made.close() };
    },
  };
  return {
    send,
    bus,
    cut(forMs) {
      cutUntil = performance.now() + forMs;
      for (const made of feeds) made.cut(forMs);
    },
  };
}

/** Things happen after a delay, but none before one that was asked for earlier. */
function createLane(chance: Chance): (happen: () => void) => void {
  let last = 0;
  return (happen) => {
    last = Math.max(last, performance.now() + chance.delay(SLOW_MESSAGE_MS));
    setTimeout(happen, last - performance.now());
  };
}
