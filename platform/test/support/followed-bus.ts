import {
  createEventFollower,
  createInProcessBus,
  createLogger,
  type EventBus,
  type EventFollower,
  type EventFollowerOptions,
} from '../../src/index.ts';
import { createStandInBus, type StandInBus } from './stand-in-bus.ts';

export interface FollowedBus<B extends EventBus = EventBus> {
  readonly bus: B;
  readonly follower: EventFollower;
  /** What was handed on, by kind. */
  readonly records: string[];
  readonly resets: string[];
  /** Lines of the log, as objects. */
  readonly log: Record<string, unknown>[];
}

export function newBus(): EventBus {
  return createInProcessBus({ logger: createLogger({ level: 'silent', name: 'bus' }) });
}

/** By default of an empty in-process bus that can be cut off. */
export function followBus(options?: Partial<EventFollowerOptions>): FollowedBus<StandInBus>;
export function followBus<B extends EventBus>(options: Partial<EventFollowerOptions>, bus: B): FollowedBus<B>;
export function followBus(
  options: Partial<EventFollowerOptions> = {},
  bus: EventBus = createStandInBus(newBus()),
): FollowedBus {
  const records: string[] = [];
  const resets: string[] = [];
  const log: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void log.push(JSON.parse(line)) };
  const follower = createEventFollower({
    bus,
    logger: createLogger({ level: 'info', name: 'follower', destination }),
    onRecord: ({ kind }) => void records.push(kind),
    onReset: (reason) => void resets.push(reason),
    ...options,
  });
  return { bus, follower, records, resets, log };
}
