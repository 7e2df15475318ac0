import type { EventBus, Follower, FollowLoss, FollowOptions } from '../../src/events/event-bus.ts';

export interface StandInBus extends EventBus {
  /** Every follow is cut off, until `rejoin`. */
  cut(): void;
  rejoin(): void;
  /** Another stream is in the place of the one that was followed. */
  replace(bus: EventBus, reason: FollowLoss): void;
}

/** A bus whose connection to the stream can be lost, before a bus that has none. */
export function createStandInBus(first: EventBus): StandInBus {
  let bus = first;
  const follows = new Set<{ readonly options: FollowOptions; readonly follower: Follower }>();
  let isCut = false;

  function follow(options: FollowOptions): Follower {
    const follower = bus.follow(options);
    const entry = { options, follower };
    follows.add(entry);
    return {
      get position() {
        return follower.position;
      },
      close() {
        follows.delete(entry);
        follower.close();
      },
    };
  }

  return {
    outlivesProcess: false,
    publish: async (messages) =>
      isCut
        ? messages.map(() => ({ ok: false, reason: 'unavailable', error: new Error('cut off') }) as const)
        : bus.publish(messages),
    durable: (position) => bus.durable(position),
    follow,
    consume: (options) => bus.consume(options),
    messageAt: (position) => bus.messageAt(position),
    range: () => bus.range(),
    describe: () => bus.describe(),
    consumers: () => bus.consumers(),
    state: () => bus.state(),
    onState: (listener) => bus.onState(listener),
    close: () => bus.close(),
    cut() {
      isCut = true;
      for (const { options } of follows) options.onCut?.();
    },
    rejoin() {
      isCut = false;
      for (const { options, follower } of follows) options.onCaughtUp?.(follower.position);
    },
    replace(next, reason) {
      bus = next;
      const lost = [...follows];
      follows.clear();
      for (const { options, follower } of lost) {
        follower.close();
        options.onLost(reason);
      }
    },
  };
}
