import { lsn } from '@rocket/schema';
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
  test('is read off where the primary was when', () => {
    const trail = createPrimaryTrail();
    trail.record(lsn('0/100'), 0);
    trail.record(lsn('0/200'), 1_000);
    trail.record(lsn('1/0'), 5_000);
    expect(trail.lagAt(lsn('1/0'))).toEqual({ bytes: 0, ms: 0 });
    expect(trail.lagAt(lsn('1/10'))).toEqual({ bytes: 0, ms: 0 });
    expect(trail.lagAt(lsn('0/FFFFFFFF'))).toEqual({ bytes: 1, ms: 4_000 });
    expect(trail.lagAt(lsn('0/1FF'))).toMatchObject({ ms: 5_000 });
    expect(trail.lagAt(lsn('0/1'))).toMatchObject({ ms: Number.POSITIVE_INFINITY });
  });

  test('is nothing where the primary rests, however long', () => {
    const trail = createPrimaryTrail();
    trail.record(lsn('0/100'), 0);
    trail.record(lsn('0/100'), 3_600_000);
    expect(trail.lagAt(lsn('0/100'))).toEqual({ bytes: 0, ms: 0 });
  });

  test('keeps its memory bounded', () => {
    const trail = createPrimaryTrail();
    for (let second = 0; second < 2_000; second += 1) {
      trail.record(lsn(`0/${(second + 1).toString(16).toUpperCase()}`), second * 1_000);
    }
    expect(trail.lagAt(lsn(`0/${(1_990).toString(16).toUpperCase()}`))).toEqual({ bytes: 10, ms: 10_000 });
    expect(trail.lagAt(lsn('0/1'))).toMatchObject({ ms: Number.POSITIVE_INFINITY });
  });
});
