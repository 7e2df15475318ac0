import { type Lsn, lsn } from '@rocket/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { electPrimary } from '../../src/replication/elect-primary.ts';
import { createPrimaryTrail } from '../../src/replication/primary-trail.ts';
import type { ServerState } from '../../src/replication/replication.ts';

const CLUSTER = { systemId: 'one', timeline: 3 };

function up(more: Partial<Extract<ServerState, { kind: 'up' }>>): ServerState {
  return { kind: 'up', inRecovery: false, systemId: 'one', timeline: 3, lsn: lsn('0/1'), ...more };
}

const down: ServerState = { kind: 'down', cause: new Error('gone') };
const replica = up({ inRecovery: true });

function elect(
  states: Readonly<Record<string, ServerState>>,
  more: { current?: string; known?: boolean } = {},
) {
  return electPrimary({
    servers: Object.entries(states).map(([url, state]) => ({ url, state })),
    cluster: more.known === false ? null : CLUSTER,
    current: more.current ?? null,
  });
}

describe('the primary', () => {
  test('is the server that is not in recovery', () => {
    expect(elect({ a: up({}), b: replica })).toEqual({ primary: 'a', cluster: CLUSTER });
    expect(elect({ a: replica, b: up({}) }).primary).toBe('b');
  });

  test('is the one on the highest timeline, as each promotion starts another', () => {
    const states = { a: up({}), b: up({ timeline: 4 }), c: up({ timeline: 3 }) };
    expect(elect(states, { current: 'a' })).toEqual({
      primary: 'b',
      cluster: { systemId: 'one', timeline: 4 },
    });
  });

  test('is never one on a lower timeline than was seen before', () => {
    expect(elect({ a: up({ timeline: 2 }), b: down }).primary).toBeNull();
    expect(elect({ a: up({ timeline: 2 }), b: down }, { current: 'a' }).primary).toBeNull();
  });

  test('is never a server of another cluster', () => {
    const stranger = up({ systemId: 'two', timeline: 9 });
    expect(elect({ a: down, b: stranger }, { current: 'a' }).primary).toBe('a');
    expect(elect({ a: up({}), b: stranger }).primary).toBe('a');
  });

  test('stays while it does not answer and no other is there', () => {
    expect(elect({ a: down, b: replica }, { current: 'a' }).primary).toBe('a');
    expect(elect({ a: replica, b: replica }, { current: 'a' }).primary).toBeNull();
  });

  test('is not guessed before the registered one has said which cluster is meant', () => {
    expect(elect({ a: down, b: up({}) }, { known: false })).toEqual({ primary: null, cluster: null });
    expect(elect({ a: replica, b: up({}) }, { known: false })).toEqual({ primary: 'b', cluster: CLUSTER });
  });

  test('stays where one server has two addresses', () => {
    expect(elect({ a: up({}), b: up({}) }, { current: 'b' }).primary).toBe('b');
  });
});

describe('the lag of a replica', () => {
  test('is read off where the primary was when, and grows until the primary is asked again', () => {
    const trail = createPrimaryTrail();
    trail.record(lsn('0/100'), 0);
    trail.record(lsn('0/200'), 1_000);
    trail.record(lsn('1/0'), 5_000);
    expect(trail.lagAt(lsn('1/0'), 5_001)).toEqual({ bytes: 0, ms: 1 });
    expect(trail.lagAt(lsn('1/10'), 5_400)).toEqual({ bytes: 0, ms: 400 });
    expect(trail.lagAt(lsn('0/FFFFFFFF'), 5_400)).toEqual({ bytes: 1, ms: 4_400 });
    expect(trail.lagAt(lsn('0/1FF'), 5_400)).toMatchObject({ ms: 5_400 });
    expect(trail.lagAt(lsn('0/1'), 5_400)).toMatchObject({ ms: Number.POSITIVE_INFINITY });
  });

  test('is that of when the primary was last asked, while it writes nothing', () => {
    const trail = createPrimaryTrail();
    trail.record(lsn('0/100'), 1_000);
    trail.record(lsn('0/200'), 2_000);
    expect(trail.lagAt(lsn('0/200'), null)).toEqual({ bytes: 0, ms: 0 });
    expect(trail.lagAt(lsn('0/1FF'), null)).toEqual({ bytes: 1, ms: 1_000 });
  });

  test('is not known before the primary was seen', () => {
    expect(createPrimaryTrail().lagAt(lsn('0/1'), 1)).toBeNull();
  });

  test('does not grow where the primary rests, however long', () => {
    const trail = createPrimaryTrail();
    trail.record(lsn('0/100'), 0);
    trail.record(lsn('0/100'), 3_600_000);
    expect(trail.lagAt(lsn('0/100'), 3_600_000)).toEqual({ bytes: 0, ms: 0 });
  });

  test('keeps its memory bounded', () => {
    const trail = createPrimaryTrail();
    for (let second = 0; second < 2_000; second += 1) trail.record(at(second + 1), second * 1_000);
    expect(trail.lagAt(at(1_990), 1_999_000)).toEqual({ bytes: 10, ms: 10_000 });
    expect(trail.lagAt(lsn('0/1'), 1_999_000)).toMatchObject({ ms: Number.POSITIVE_INFINITY });
  });

  /** A commit each ms, probes that take their time, and a replica that replays in fits and starts. */
  test('is never less than the age of what the replica lacks, whatever is slow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ pause: delay, ask: delay, answer: delay, stall: delay, use: delay }), {
          minLength: 1,
          maxLength: 20,
        }),
        (rounds) => {
          const trail = createPrimaryTrail();
          let now = 0;
          let replayed = 0;
          for (const { pause, ask, answer, stall, use } of rounds) {
            const askedAt = now + pause;
            const position = askedAt + ask;
            trail.record(at(position), askedAt);
            replayed = Math.max(replayed, position - stall);
            now = position + answer;
            const lag = trail.lagAt(at(replayed), now + use);
            // The first commit that the replica lacks is the next one.
            expect(lag?.ms).toBeGreaterThanOrEqual(now + use - (replayed + 1));
          }
        },
      ),
    );
  });
});

const delay = fc.integer({ min: 0, max: 3_000 });

function at(position: number): Lsn {
  return lsn(`0/${position.toString(16).toUpperCase()}`);
}
