import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appName, shardName } from '../../src/ids.ts';
import { type AppLoad, type MeasuredShard, planRebalance } from '../../src/routing/rebalance.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
type Measure = 'bytes' | 'transactionsPerSecond';

const load = (app: string, bytes: number, transactionsPerSecond = 0): AppLoad => ({
  ...{ app: appName(app), bytes, transactionsPerSecond, isMovable: true },
});
const shard = (name: string, apps: readonly AppLoad[], isCounted = true): MeasuredShard => ({
  ...{ name: shardName(name), isCounted, apps },
});
const planned = (shards: readonly MeasuredShard[]) =>
  planRebalance(shards).moves.map(({ app, from, to }) => `${app}: ${from} -> ${to}`);
const sum = ({ apps }: MeasuredShard, measure: Measure) =>
  apps.toSorted((a, b) => (a.app < b.app ? -1 : 1)).reduce((total, app) => total + app[measure], 0);
const most = (shards: readonly MeasuredShard[], measure: Measure) =>
  Math.max(0, ...shards.filter(({ isCounted }) => isCounted).map((each) => sum(each, measure)));

describe('a plan', () => {
  it('moves what evens out the sizes, and says why', () => {
    const { moves, after } = planRebalance([
      shard('s1', [load('big', 7 * GIB), load('mid', 5 * GIB), load('small', 0.3 * GIB)]),
      shard('s2', [load('other', 1.1 * GIB)]),
    ]);
    expect(moves).toEqual([
      {
        ...{ app: 'mid', from: 's1', to: 's2', bytes: 5 * GIB, transactionsPerSecond: 0 },
        reason: 's1 holds 12.3 GiB, s2 1.1 GiB',
      },
    ]);
    expect(after.map(({ apps }) => apps.map(({ app }) => app))).toEqual([
      ['big', 'small'],
      ['mid', 'other'],
    ]);
  });

  it('moves what evens out the load when the sizes are even', () => {
    const shards = [
      shard('s1', [load('hot', GIB, 300), load('warm', GIB, 200)]),
      shard('s2', [load('cold', GIB, 1), load('cool', GIB, 2)]),
    ];
    // Any single move would leave the sizes uneven.
    expect(planRebalance(shards).moves).toEqual([]);
    const [busy, idle] = [load('busy', MIB, 200), load('calm', MIB, 100)];
    expect(planRebalance([shard('s1', [busy, idle]), shard('s2', [])]).moves).toEqual([
      {
        ...{ app: 'busy', from: 's1', to: 's2', bytes: MIB, transactionsPerSecond: 200 },
        reason: 's1 runs 300 transactions a second, s2 0',
      },
    ]);
  });

  it('leaves small differences, and what a move would only take elsewhere', () => {
    expect(planned([shard('s1', [load('a', 60 * MIB)]), shard('s2', [])])).toEqual([]);
    expect(
      planned([shard('s1', [load('a', 10 * GIB), load('b', GIB)]), shard('s2', [load('c', 10.2 * GIB)])]),
    ).toEqual([]);
    expect(planned([shard('s1', [load('a', 10 * GIB)]), shard('s2', [])])).toEqual([]);
    const tiny = Array.from({ length: 50 }, (_, n) => load(`t${n}`, MIB));
    expect(planned([shard('s1', [load('a', 10 * GIB), ...tiny]), shard('s2', [])])).toEqual([]);
  });

  it('leaves apps that cannot be moved, and shards that do not count', () => {
    const fixed = { ...load('a', 2 * GIB), isMovable: false };
    expect(planned([shard('s1', [fixed, load('b', 3 * GIB)]), shard('s2', [])])).toEqual(['b: s1 -> s2']);
    expect(planned([shard('s1', [load('a', GIB), load('b', GIB)]), shard('s2', [], false)])).toEqual([]);
    expect(planned([])).toEqual([]);
  });

  it('moves many small apps where they are what there is', () => {
    const many = Array.from({ length: 100 }, (_, n) => load(`t${n}`, 10 * MIB));
    const count = planned([shard('s1', many), shard('s2', [])]).length;
    expect(count).toBeGreaterThan(40);
    expect(count).toBeLessThanOrEqual(50);
  });
});

describe('whatever there is', () => {
  const app = fc.record({
    bytes: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 20_000 })).map((mebibytes) => mebibytes * MIB),
    transactionsPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1_000, noNaN: true })),
    isMovable: fc.boolean(),
  });
  const shards = fc
    .array(fc.record({ apps: fc.array(app, { maxLength: 12 }), isCounted: fc.boolean() }), { maxLength: 5 })
    .map((all) =>
      all.map(({ apps, isCounted }, at) =>
        shard(
          `s${at}`,
          apps.map((each, n) => ({ ...each, app: appName(`a${at}x${n}`) })),
          isCounted || at === 0,
        ),
      ),
    );
  const check = (holds: (given: readonly MeasuredShard[]) => void) =>
    fc.assert(
      fc.property(shards, (given) => {
        holds(given);
      }),
      { numRuns: 300 },
    );

  it('no shard is worse off than the worst was', () =>
    check((given) => {
      const { after } = planRebalance(given);
      for (const measure of ['bytes', 'transactionsPerSecond'] as const) {
        expect(most(after, measure)).toBeLessThanOrEqual(most(given, measure));
      }
    }));

  it('a plan for what a plan has led to is empty', () =>
    check((given) => {
      expect(planRebalance(planRebalance(given).after).moves).toEqual([]);
    }));

  it('there are at most as many moves as apps, each of another app that can be moved', () =>
    check((given) => {
      const { moves } = planRebalance(given);
      const movable = given
        .flatMap(({ apps, isCounted }) => (isCounted ? apps : []))
        .filter((a) => a.isMovable);
      expect(new Set(moves.map((move) => move.app)).size).toBe(moves.length);
      expect(movable.map((each) => each.app)).toEqual(expect.arrayContaining(moves.map((move) => move.app)));
    }));

  it('the moves lead to what it says, in whichever order the shards are given', () =>
    check((given) => {
      const { moves, after } = planRebalance(given);
      const placed = new Map(given.flatMap(({ name, apps }) => apps.map((each) => [each.app, name])));
      for (const { app: name, to } of moves) placed.set(name, to);
      const said = after.flatMap(({ name, apps }) => apps.map((each) => [each.app, name] as const));
      expect(new Map(said)).toEqual(placed);
      expect(planRebalance(given.toReversed()).moves).toEqual(moves);
    }));
});
