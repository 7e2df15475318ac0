import { ALL_SUBJECTS, type AppName } from '@rocket/schema';
import { createEventFollower, createLogger, type EventBus, type EventFollower } from '../../../src/index.ts';
import type { Chance } from './chance.ts';
import type { Commit } from './simulated-database.ts';
import type { Connection, SimulatedStream } from './simulated-stream.ts';

interface Truth {
  readonly stream: SimulatedStream;
  readonly chance: Chance;
  readonly apps: readonly AppName[];
  readonly commits: readonly Commit[];
}

interface DeliveryChecker {
  readonly violations: readonly string[];
  readonly counts: { readonly asked: number; readonly sure: number };
}

const logger = createLogger({ level: 'silent', name: 'simulation' });

/** Starts a follower, and compares what it claims after each message with what has happened. */
export function startDeliveryChecker(
  { stream, chance, apps, commits }: Truth,
  startMs: number,
): DeliveryChecker {
  const connection = stream.connect();
  const violations: string[] = [];
  const counts = { asked: 0, sure: 0 };
  const undelivered = createUndelivered(stream, commits);
  /** Clocks of hosts show anything. */
  const clockOffset = chance.between(-1e6, 1e6);

  function check(follower: EventFollower): void {
    for (const app of apps) {
      const { sure, ageMs } = follower.app(app);
      counts.asked += 1;
      if (!sure) continue;
      counts.sure += 1;
      // The offset of the clock costs digits.
      const missing = undelivered.before(app, performance.now() - ageMs - 0.001);
      if (missing !== undefined)
        violations.push(`${app}: ${missing.id} of ${missing.committedAt}, age ${ageMs}`);
    }
  }

  function start(): void {
    const bus = observed(connection.bus, undelivered.begin, () => check(follower));
    const follower = createEventFollower({
      bus,
      logger,
      now: () => performance.now() + clockOffset,
      onRecord: (_, { id }) => undelivered.deliver(id),
      onReset: () => undefined,
    });
  }

  setTimeout(start, startMs);
  if (chance.happens(0.4)) cutLater(connection, chance);
  return { violations, counts };
}

function cutLater(connection: Connection, chance: Chance): void {
  setTimeout(() => connection.cut(chance.between(50, 1_500)), chance.between(1_000, 9_000));
}

/** @param onFirst with the position of each message of what follows all of them, before it is delivered */
function observed(bus: EventBus, onFirst: (position: number) => void, onDelivered: () => void): EventBus {
  return {
    ...bus,
    follow: (options) =>
      bus.follow({
        ...options,
        onMessage(message) {
          if (options.subject === ALL_SUBJECTS) onFirst(message.position);
          options.onMessage(message);
          onDelivered();
        },
      }),
  };
}

/** Commits that a follower has not been given, but for those that were on the stream before it began. */
function createUndelivered(stream: SimulatedStream, commits: readonly Commit[]) {
  const missing = new Map<string, Commit>();
  const delivered = new Set<string>();
  let seen = 0;
  let first = Number.POSITIVE_INFINITY;

  function look(): void {
    for (const commit of commits.slice(seen)) if (!delivered.has(commit.id)) missing.set(commit.id, commit);
    seen = commits.length;
  }

  return {
    begin(position: number): void {
      first = Math.min(first, position);
    },
    deliver(id: string | null): void {
      if (id === null) return;
      delivered.add(id);
      missing.delete(id);
    },
    before(app: AppName, time: number): Commit | undefined {
      look();
      for (const commit of missing.values()) {
        if (commit.app !== app || commit.committedAt >= time) continue;
        if ((stream.positionOf(commit.id) ?? Number.POSITIVE_INFINITY) >= first) return commit;
        missing.delete(commit.id);
      }
      return undefined;
    },
  };
}
