/** A steady stream of events, each for one of ten receivers: how soon nine of them are told, also when the tenth is dead. */
import { setTimeout as sleep } from 'node:timers/promises';
import { appName } from '@rocket/schema';
import { atRate } from '../measure/at-rate.ts';
import { inTurns } from '../measure/in-turns.ts';
import { type Latencies, latencies, median } from '../measure/percentile.ts';
import type { BenchApp } from '../sides/worker-world.ts';
import { committed } from './delivery-log.ts';
import { stopAll, type WebhookWorld } from './webhook-world.ts';
import { writeBatch } from './write-items.ts';

const RECEIVERS = 10;
/** The one that dies. */
const DEAD = 0;
/** Each writes an item for every receiver. */
const WRITES_PER_SECOND = 50;
const WARM_UP_SECONDS = 3;
/** What was written last has come by then, usually: to look earlier would hold it up. */
const SETTLING_MS = 500;
/** What has not come by then is lost. */
const PATIENCE_MS = 10_000;
const POLL_MS = 200;

export interface Told extends Latencies {
  readonly name: 'all healthy' | 'one dead';
  /** Events for all ten, by the time in which they were written. */
  readonly perSecond: number;
  /** Of those for the nine. */
  readonly told: number;
  readonly lost: number;
}

/**
 * Two apps with ten receivers each, in turns, so that what changes in the machine changes both.
 * @param options.seconds of each app, in all rounds together
 */
export async function deadEndpoint(
  world: WebhookWorld,
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<readonly Told[]> {
  const healthy = await installTen(world, 'healthy');
  const dying = await installTen(world, 'dying');
  await world.sink.forget();
  await world.sink.behave(receiverPath(dying, DEAD), 'silent');
  const workers = await world.startWorkers(1);
  for (const app of [healthy, dying]) await write(app, 'warm-up', WARM_UP_SECONDS);
  const turn = (name: Told['name'], app: BenchApp) => {
    let round = 0;
    return {
      name,
      measure: () => tell(world, app, { label: `round ${++round}`, seconds: seconds / rounds }),
    };
  };
  const measured = await inTurns(rounds, [turn('all healthy', healthy), turn('one dead', dying)]);
  await stopAll(workers);
  return measured.map(({ name, rounds: all }) => ({ name, ...summary(all) }));
}

/** Medians over the rounds: one burst of something else in the machine is a hundredth of a round, and would decide. */
function summary(rounds: readonly Round[]): Omit<Told, 'name'> {
  const each = rounds.map(({ delaysMs }) => latencies(delaysMs));
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const writes = sum((round) => round.writes);
  const told = sum(({ delaysMs }) => delaysMs.length);
  return {
    perSecond: (writes * RECEIVERS) / sum((round) => round.seconds),
    told,
    lost: writes * (RECEIVERS - 1) - told,
    p50: median(each.map(({ p50 }) => p50)),
    p95: median(each.map(({ p95 }) => p95)),
    p99: median(each.map(({ p99 }) => p99)),
    most: Math.max(...each.map(({ most }) => most)),
  };
}

const LANES = Array.from({ length: RECEIVERS }, (_, lane) => lane);

function receiverPath({ name }: Pick<BenchApp, 'name'>, lane: number): string {
  return `/${name}/${lane}`;
}

async function installTen({ install, sink }: WebhookWorld, text: string): Promise<BenchApp> {
  const name = appName(text);
  return await install(
    name,
    LANES.map((lane) => sink.url(receiverPath({ name }, lane))),
  );
}

interface Written {
  readonly writes: number;
  readonly seconds: number;
}

interface Round extends Written {
  readonly delaysMs: readonly number[];
}

async function tell(
  { sink }: WebhookWorld,
  app: BenchApp,
  { label, seconds }: { label: string; seconds: number },
): Promise<Round> {
  const written = await write(app, label, seconds);
  const expected = written.writes * (RECEIVERS - 1);
  const untilMs = performance.now() + PATIENCE_MS;
  await sleep(SETTLING_MS);
  for (;;) {
    const committedAt = await committed(app, { label, without: DEAD });
    const { arrivals } = await sink.received();
    const delaysMs = arrivals.flatMap(([id, atMs]) => {
      const fromMs = committedAt.get(id);
      return fromMs === undefined ? [] : [atMs - fromMs];
    });
    if (delaysMs.length >= expected || performance.now() > untilMs) return { ...written, delaysMs };
    await sleep(POLL_MS);
  }
}

async function write(app: BenchApp, label: string, seconds: number): Promise<Written> {
  let writes = 0;
  const startedAtMs = performance.now();
  await atRate({ perSecond: WRITES_PER_SECOND, seconds }, async () => {
    await writeBatch(app, label, LANES);
    writes += 1;
  });
  return { writes, seconds: (performance.now() - startedAtMs) / 1_000 };
}
