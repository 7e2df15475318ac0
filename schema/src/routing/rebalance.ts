/** Plans which apps to move so that shards hold about as much, and then do about as much. Pure and deterministic. */
import type { AppName, ShardName } from '../ids.ts';

export interface AppLoad {
  readonly app: AppName;
  readonly bytes: number;
  readonly transactionsPerSecond: number;
  /** False for one that stays where it is, such as an app that is being moved. */
  readonly isMovable: boolean;
}

export interface MeasuredShard {
  readonly name: ShardName;
  /** False for one that is left as it is: nothing is moved from it or to it. */
  readonly isCounted: boolean;
  readonly apps: readonly AppLoad[];
}

export interface PlannedMove {
  readonly app: AppName;
  readonly from: ShardName;
  readonly to: ShardName;
  readonly bytes: number;
  readonly transactionsPerSecond: number;
  /** In words. */
  readonly reason: string;
}

export interface Rebalance {
  readonly moves: readonly PlannedMove[];
  /** The shards as they would be after the moves, in the order in which they were given. */
  readonly after: readonly MeasuredShard[];
}

const MEBIBYTE = 1024 ** 2;
/** Smaller differences are not worth a move, whatever the mean is. */
const LEAST_BYTES = 64 * MEBIBYTE;
/** Somebody who tries something out is no load, and a measurement of a second is rough. */
const LEAST_TRANSACTIONS = 10;
const LEAST_SHARE_OF_MEAN = 0.1;

type Measure = 'bytes' | 'transactionsPerSecond';
const OTHER: Readonly<Record<Measure, Measure>> = {
  bytes: 'transactionsPerSecond',
  transactionsPerSecond: 'bytes',
};

interface Held {
  readonly name: ShardName;
  readonly apps: readonly AppLoad[];
  readonly bytes: number;
  readonly transactionsPerSecond: number;
}

interface Step {
  readonly app: AppName;
  /** The shards after it. */
  readonly shards: readonly Held[];
  /** The greater one of the two shards' sums after it. */
  readonly greater: number;
}

/**
 * Sizes are evened out first, then transactions as far as the sizes stay even. No step makes the largest or the busiest shard
 * larger or busier, and each step is decided by where the apps are alone: a plan for what a plan has led to is empty.
 */
export function planRebalance(measured: readonly MeasuredShard[]): Rebalance {
  let shards: readonly Held[] = measured
    .filter(({ isCounted }) => isCounted)
    .map(({ name, apps }) => held(name, apps))
    .toSorted(byName);
  const before = new Map(shards.map((shard) => [shard.name, shard]));
  const causes = new Map<AppName, Measure>();
  for (;;) {
    const bySize = nextStep(shards, 'bytes', () => true);
    const step = bySize ?? nextStep(shards, 'transactionsPerSecond', isEvenlyFilled);
    if (step === null) break;
    shards = step.shards;
    causes.set(step.app, bySize === null ? 'transactionsPerSecond' : 'bytes');
  }
  const after = new Map(shards.map((shard) => [shard.name, shard]));
  return {
    moves: movesBetween(before, after, causes),
    after: measured.map((shard) => ({ ...shard, apps: after.get(shard.name)?.apps ?? shard.apps })),
  };
}

function isEvenlyFilled(shards: readonly Held[]): boolean {
  return nextStep(shards, 'bytes', () => true) === null;
}

/** The best move between the two shards that differ most, or between the next two where that pair has none. */
function nextStep(
  shards: readonly Held[],
  measure: Measure,
  accepts: (shards: readonly Held[]) => boolean,
): Step | null {
  const least = leastDifference(shards, measure);
  const pairs = shards
    .flatMap((from) => shards.map((to) => ({ from, to, difference: from[measure] - to[measure] })))
    .filter(({ difference }) => difference > least)
    .toSorted((a, b) => b.difference - a.difference || byName(a.from, b.from) || byName(a.to, b.to));
  for (const { from, to, difference } of pairs) {
    // A move that makes the one shard nearly what the other was gains nothing, and many moves of tiny apps beside one that is
    // too large even out nothing either.
    const fitting = from.apps.filter(
      (app) => app.isMovable && app[measure] > 0 && app[measure] <= difference - least / 2,
    );
    if (sumOf(fitting, measure) < least / 2) continue;
    const steps = fitting
      .map((app) => moved(app, { from, to, shards, measure }))
      .filter((step) => step !== null)
      .toSorted((a, b) => a.greater - b.greater || (a.app < b.app ? -1 : 1));
    const best = steps.find((step) => accepts(step.shards));
    if (best !== undefined) return best;
  }
  return null;
}

/** Null where the move would make a shard as large as the one that is relieved, or busier than the busiest. */
function moved(
  app: AppLoad,
  { from, to, shards, measure }: { from: Held; to: Held; shards: readonly Held[]; measure: Measure },
): Step | null {
  const relieved = held(
    from.name,
    from.apps.filter((each) => each.app !== app.app),
  );
  const filled = held(to.name, [...to.apps, app]);
  const greater = Math.max(relieved[measure], filled[measure]);
  const other = OTHER[measure];
  if (greater >= from[measure] || filled[other] > Math.max(...shards.map((shard) => shard[other])))
    return null;
  const replaced = shards.map((shard) => (shard === from ? relieved : shard === to ? filled : shard));
  return { app: app.app, shards: replaced, greater };
}

function leastDifference(shards: readonly Held[], measure: Measure): number {
  const mean = sumOf(shards, measure) / Math.max(1, shards.length);
  return Math.max(mean * LEAST_SHARE_OF_MEAN, measure === 'bytes' ? LEAST_BYTES : LEAST_TRANSACTIONS);
}

/** Sums are made anew in one order: sums of fractions depend on it, and the plan must not depend on the way to a state. */
function held(name: ShardName, unsorted: readonly AppLoad[]): Held {
  const apps = unsorted.toSorted((a, b) => (a.app < b.app ? -1 : 1));
  return {
    ...{ name, apps },
    bytes: sumOf(apps, 'bytes'),
    transactionsPerSecond: sumOf(apps, 'transactionsPerSecond'),
  };
}

/** An app that went on from one shard to another is moved once, and one that came back is not moved. */
function movesBetween(
  before: ReadonlyMap<ShardName, Held>,
  after: ReadonlyMap<ShardName, Held>,
  causes: ReadonlyMap<AppName, Measure>,
): readonly PlannedMove[] {
  const targets = new Map([...after.values()].flatMap((to) => to.apps.map(({ app }) => [app, to.name])));
  const moves: PlannedMove[] = [];
  for (const from of before.values()) {
    for (const { app, bytes, transactionsPerSecond } of from.apps) {
      const to = before.get(targets.get(app) ?? from.name) ?? from;
      if (to === from) continue;
      const reason = reasonFor(causes.get(app) ?? 'bytes', from, to);
      moves.push({ app, from: from.name, to: to.name, bytes, transactionsPerSecond, reason });
    }
  }
  return moves.toSorted((a, b) => b.bytes - a.bytes || (a.app < b.app ? -1 : 1));
}

function reasonFor(cause: Measure, from: Held, to: Held): string {
  if (cause === 'bytes') {
    return `${from.name} holds ${sizeText(from.bytes)}, ${to.name} ${sizeText(to.bytes)}`;
  }
  const [busy, idle] = [from, to].map((shard) => Math.round(shard.transactionsPerSecond));
  return `${from.name} runs ${busy} transactions a second, ${to.name} ${idle}`;
}

function sizeText(bytes: number): string {
  const inMebibytes = bytes / MEBIBYTE;
  return inMebibytes < 1024 ? `${inMebibytes.toFixed(1)} MiB` : `${(inMebibytes / 1024).toFixed(1)} GiB`;
}

function sumOf(all: readonly Readonly<Record<Measure, number>>[], measure: Measure): number {
  return all.reduce((sum, each) => sum + each[measure], 0);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
