import { RocketError } from '@rocket/schema';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Identity } from '../../src/identity/identity.ts';
import type { Subscriber } from '../../src/subscriptions/delivery/subscriber.ts';
import { dealKey, roleOf, userOf } from './deal-app.ts';
import { EngineWorld } from './engine-world.ts';
import { fakeTime, pause, realTime } from './faked-time.ts';

const KEYS = [1, 2, 3];
const IDENTITIES = ['sales', 'sales', 'boss', 'boss'].map((role, at) => userOf(role, `${role}-${at}`));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('change'),
      keys: fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 9 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('join'),
      identity: fc.constantFrom(...IDENTITIES),
      key: fc.constantFrom(null, null, ...KEYS),
      /** From the head: null begins there, without a cursor. */
      back: fc.constantFrom(null, null, -3, 0, 1, 2, 5, 20),
      takeMs: fc.constantFrom(0, 0, 0, 7, 200),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail'),
      isLasting: fc.boolean(),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(0, 1, 2, 5, 11, 25, 400) }),
  },
);

interface Follower {
  readonly identity: Identity;
  readonly key: number | null;
  /** Where they begin is between these places: the engine alone knows when it looked. */
  readonly earliest: number;
  readonly from: number;
  readonly told: { at: string; reader: unknown; cursor: string }[];
  subscriber: Subscriber | null;
  error: RocketError | null;
  hasLeft: boolean;
}

class Play {
  readonly world = new EngineWorld();
  readonly followers: Follower[] = [];
  readonly #delays: IterableIterator<number>;
  #failing: { isLasting: boolean; times: number } = { isLasting: false, times: 0 };

  constructor(delays: readonly number[]) {
    const around = function* () {
      for (;;) yield* delays;
    };
    this.#delays = around();
    const { world } = this;
    world.reads = ['deal', 'contact'];
    world.onAsk = async () => {
      await pause(this.#delays.next().value ?? 1);
      if (this.#failing.times === 0) return;
      this.#failing.times -= 1;
      throw new RocketError(this.#failing.isLasting ? 'FORBIDDEN' : 'SHARD_UNAVAILABLE');
    };
  }

  async do(one: { kind: string } & Record<string, unknown>): Promise<void> {
    const { world } = this;
    if (one.kind === 'change') {
      for (const key of one['keys'] as number[]) world.change(key, { name: 'x' });
    } else if (one.kind === 'join') void this.#join(one as never);
    else if (one.kind === 'leave') {
      await this.#leave(this.followers[(one['which'] as number) % Math.max(1, this.followers.length)]);
    } else if (one.kind === 'replace') world.replace();
    else if (one.kind === 'forget') world.feed.floor = world.feed.log.length;
    else if (one.kind === 'fail') this.#failing = one as never;
    else await vi.advanceTimersByTimeAsync(one['ms'] as number);
  }

  async #join({
    identity,
    key,
    back,
    takeMs,
  }: {
    identity: Identity;
    key: number | null;
    back: number | null;
    takeMs: number;
  }) {
    const { world } = this;
    const head = world.feed.log.length;
    const from = Math.max(0, head - (back ?? 0));
    const id = key === null ? null : dealKey(key);
    const after = back === null ? null : world.cursorAt(from, identity, id);
    const query = 'subscription($id: ID) { dealChanged(id: $id) { at cursor node { note } } }';
    try {
      const subscriber = await world.subscribe(query, { identity, after, variables: { id } });
      const begins = back === null ? headOf(world, subscriber) : from;
      const follower: Follower = {
        identity,
        key,
        earliest: back === null ? head : from,
        from: begins,
        told: [],
        subscriber,
        error: null,
        hasLeft: false,
      };
      this.followers.push(follower);
      await this.#take(follower, subscriber, takeMs);
    } catch (error) {
      if (!(error instanceof RocketError)) throw error;
    }
  }

  async #take(follower: Follower, subscriber: Subscriber, takeMs: number) {
    try {
      for await (const { result, cursor } of subscriber) {
        const change = (
          result.data as Record<string, { at: string; cursor: string; node: { note: unknown } }>
        )['dealChanged'];
        if (change === undefined) throw new Error('nothing was told');
        expect(change.cursor).toBe(cursor);
        follower.told.push({ at: change.at, reader: change.node.note, cursor });
        if (takeMs > 0) await pause(takeMs);
      }
    } catch (error) {
      follower.error = error as RocketError;
    }
  }

  async #leave(follower: Follower | undefined) {
    if (follower === undefined) return;
    follower.hasLeft = true;
    await follower.subscriber?.return();
  }

  /** Waits for all, and lets everybody go. */
  async end() {
    const { world } = this;
    for (const key of [1, 2, 3, 1, 2, 3]) world.change(key, { name: 'x' });
    await vi.advanceTimersByTimeAsync(60_000);
    this.check();
    expect(await timersOfAMinute()).toBeLessThan(REPEATED);
    for (const follower of this.followers) await this.#leave(follower);
    expect(await timersOfAMinute()).toBeLessThan(REPEATED);
    expect([world.feed.listeners, world.opened]).toEqual([0, 0]);
  }

  check() {
    for (const { identity, key, earliest, from: latest, told, error, hasLeft } of this.followers) {
      const cursors = this.world.cursors(identity, key === null ? null : dealKey(key));
      const got = told.map(({ at, cursor }) => ({ at, position: cursors.read(cursor).place.position }));
      const from = Math.max(earliest, Math.min(latest, (got[0]?.position ?? latest + 1) - 1));
      const expected = this.world.feed.log
        .filter(({ event, place }) => place.position > from && (key === null || event.key === dealKey(key)))
        .map(({ event, place }) => ({ at: event.at, position: place.position }));
      const isWhole = error === null && !hasLeft;
      expect(got).toEqual(isWhole ? expected : expected.slice(0, got.length));
      if (error !== null) expect(error).toBeInstanceOf(RocketError);
      expect(told.filter(({ reader }) => !String(reader).startsWith(roleOf(identity)))).toEqual([]);
    }
  }
}

/** Two runs that were merged and begun again and again would keep timers going; others in the process may have a few. */
const REPEATED = 5;

/** How often the next timer is less than a run's waiting away, within some steps after a minute. */
async function timersOfAMinute(): Promise<number> {
  await vi.advanceTimersByTimeAsync(60_000);
  let close = 0;
  for (let steps = 0; steps < 10; steps += 1) {
    const before = Date.now();
    await vi.advanceTimersToNextTimerAsync();
    if (vi.getTimerCount() > 0 && Date.now() - before <= 50) close += 1;
  }
  return close;
}

/** Where somebody without a cursor has begun: at the head when the engine looked, which is known to it alone. */
function headOf(world: EngineWorld, subscriber: Subscriber): number {
  expect(subscriber.hasEnded).toBe(false);
  return world.feed.log.length;
}

beforeEach(fakeTime);
afterEach(realTime);

it('gives each subscriber each change behind their point once and in order, or an error', async () => {
  const delays = fc.array(fc.constantFrom(0, 1, 3, 10, 50), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), delays, async (steps, of) => {
      const play = new Play(of);
      for (const one of steps) await play.do(one);
      await vi.advanceTimersByTimeAsync(100);
      await play.end();
    }),
    { numRuns: 300 },
  );
});
