import { median } from '../measure/percentile.ts';
import { formatTable } from '../measure/report.ts';
import type { ChannelName, FullSpeed, Steady } from './channel-messages.ts';
import type { EventsResult, Side } from './events.ts';
import type { Costs } from './start-channel.ts';

const TITLES: Readonly<Record<ChannelName, string>> = {
  nats: 'shard, NATS',
  process: 'shard, in process',
  'left-out': 'shard, relay left out',
  'bare-nats': 'bare nats client',
  'bare-process': 'bare EventEmitter',
};

/** Medians over the rounds, beside the goals. */
export function formatEvents({ stream, writes, steady, hasNats }: EventsResult): string {
  return [
    'events: Changes are brought from their commit to those who follow',
    ...(hasNats ? [] : ['nats-server is not installed, so what goes through NATS is left out']),
    '',
    '20 changes in a transaction, as many as can be published (goal: 5,000 events/s, none waits for 1 s)',
    fullSpeedTable('events/s', stream, (round) => round.events / round.seconds),
    '',
    'One change in a transaction, as many as can be written (goal: a ratio of 0.9)',
    fullSpeedTable('writes/s', writes, (round) => round.writes / round.seconds),
    '',
    'One change in a transaction, 500 a second: from commit to follower (goals for p99: NATS 50 ms, in process 5 ms)',
    steadyTable(steady),
    '',
  ].join('\n');
}

type Round = FullSpeed & Costs;

/** The last side is the one that the others are compared with, each round with that of the same turn. */
function fullSpeedTable(
  unit: string,
  sides: readonly Side<Round>[],
  speed: (round: Round) => number,
): string {
  const base = sides.at(-1)?.rounds ?? [];
  const rows = sides.map(({ name, rounds }) => {
    const speedAt = (round: Round | undefined) => (round === undefined ? null : speed(round));
    const perEvent = (value: (round: Round) => number | null, digits: number) =>
      medianOf(rounds, (round) => divide(value(round), round.events), digits);
    return [
      TITLES[name],
      medianOf(rounds, speed, 0),
      medianOf(rounds, ({ oldestMs }) => oldestMs, 0),
      perEvent(({ nodeCpuMs }) => nodeCpuMs, 3),
      perEvent(({ postgresCpuMs }) => postgresCpuMs, 3),
      perEvent(({ statements }) => statements, 2),
      `${medianOf(base, (round, index) => divide(speedAt(rounds[index]), speed(round)), 2)}x`,
    ];
  });
  return formatTable([['', unit, 'oldest ms', 'CPU ms/event', 'PG CPU', 'SQL', 'ratio'], ...rows]);
}

function steadyTable(sides: readonly Side<Steady>[]): string {
  const rows = sides.map(({ name, rounds }) => [
    TITLES[name],
    medianOf(rounds, ({ perSecond }) => perSecond, 0),
    medianOf(rounds, ({ p50Ms }) => p50Ms, 2),
    medianOf(rounds, ({ p95Ms }) => p95Ms, 2),
    medianOf(rounds, ({ p99Ms }) => p99Ms, 2),
  ]);
  return formatTable([['', 'writes/s', 'p50 ms', 'p95 ms', 'p99 ms'], ...rows]);
}

function divide(value: number | null, by: number): number | null {
  return value === null ? null : value / by;
}

/** A dash where a round has no value. */
function medianOf<T>(
  rounds: readonly T[],
  value: (round: T, index: number) => number | null,
  digits: number,
): string {
  const known = rounds.map(value).filter((each) => each !== null);
  return known.length < rounds.length ? '-' : median(known).toFixed(digits);
}
