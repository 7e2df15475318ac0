/** What a follower still claims to know when the stream, what is on it, or what it serves, is not as it should be. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FollowOptions } from '../../src/events/event-bus.ts';
import { type AppKnowledge, createEventFollower, createLogger } from '../../src/index.ts';
import { followBus, newBus } from '../support/followed-bus.ts';
import {
  CRM,
  opened,
  publishChange,
  publishPayload,
  publishStatement,
  SHOP,
  startSpeaking,
} from '../support/speaking-process.ts';
import { createStandInBus } from '../support/stand-in-bus.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const sure = (...apps: AppKnowledge[]) => apps.map((app) => app.sure);

describe('a follower that is cut off', () => {
  it('knows nothing until a probe that was sent afterwards is back', async () => {
    const { bus, follower, resets } = followBus();
    const process = startSpeaking(bus, 'p1');
    await process.open('w1');
    await pass(3_000);
    bus.cut();
    const nothing = { ageMs: Number.POSITIVE_INFINITY, sure: false };
    expect([follower.app(CRM), follower.app(SHOP)]).toMatchObject([nothing, nothing]);
    await pass(400);
    const { last } = await bus.range();
    bus.rejoin();
    expect([follower.app(CRM), follower.app(SHOP)]).toMatchObject([nothing, nothing]);
    await pass(10);
    expect(follower.app(SHOP)).toMatchObject({ position: last + 1, sure: true });
    expect(follower.app(CRM)).toMatchObject(nothing);
    await pass(1_000);
    expect(sure(follower.app(CRM))).toEqual([true]);
    expect(resets).toEqual([]);
    process.stop();
    follower.close();
  });

  it('does not take others for silent', async () => {
    const { bus, follower } = followBus();
    await pass(10);
    await publishStatement(bus, opened('p1', 'w1'));
    await pass(2_000);
    bus.cut();
    await pass(10_000);
    expect(follower.writers()).toMatchObject([{ writer: 'w1', silentMs: 0 }]);
    bus.rejoin();
    await pass(1_000);
    expect(follower.writers()).toMatchObject([{ writer: 'w1', silentMs: 1_000 }]);
    follower.close();
  });
});

describe('a follower whose stream was replaced', () => {
  it('begins afresh, and asks writers that it knew for new claims', async () => {
    const { bus, follower, records, resets } = followBus();
    const process = startSpeaking(bus, 'p1');
    await process.open('w1');
    await process.open('w2', SHOP);
    await pass(3_000);
    process.stop();
    const restored = newBus();
    await publishStatement(restored, { ...opened('p1', 'w2', SHOP), kind: 'closed', by: 'p2' });
    await publishChange(restored, 'crm');
    records.length = 0;
    bus.replace(restored, 'rewound');
    expect(resets).toEqual(['rewound']);
    expect(follower.app(CRM)).toEqual({ position: 0, ageMs: Number.POSITIVE_INFINITY, sure: false });
    await pass(3_000);
    expect(sure(follower.app(CRM), follower.app(SHOP))).toEqual([false, true]);
    expect(follower.writers().map(({ writer }) => writer)).toEqual(['w1']);
    expect(records).not.toContain('change');
    const again = startSpeaking(bus, 'p1');
    await pass(1_500);
    expect(sure(follower.app(CRM))).toEqual([true]);
    again.stop();
    follower.close();
  });

  it('believes no beat that speaks of positions of the other one', async () => {
    const { bus, follower } = followBus();
    await pass(10);
    await publishStatement(bus, opened('p1', 'w1'));
    await pass(10);
    expect(follower.writers()).toHaveLength(1);
    bus.replace(newBus(), 'rewound');
    const stale = { kind: 'beat', process: 'p1', shard: opened('p1', 'w1').shard, behind: [] } as const;
    for (let beat = 0; beat < 10; beat += 1) {
      await pass(250);
      await publishStatement(bus, { ...stale, since: 1_000 + beat });
    }
    expect(sure(follower.app(CRM), follower.app(SHOP))).toEqual([false, true]);
    follower.close();
  });

  it('tries again for as long as there is none, and as long as what it serves cannot be reset', async () => {
    let fails = 1;
    const { bus, follower, resets, log } = followBus({
      onReset(reason) {
        fails -= 1;
        if (fails >= 0) throw new Error('cannot be dropped');
        resets.push(reason);
      },
    });
    await pass(100);
    bus.replace(newBus(), 'rewound');
    await pass(499);
    expect(resets).toEqual([]);
    expect(log.map(({ msg }) => msg)).toContain(
      'What was kept of lost events could not be dropped; once more',
    );
    await pass(502);
    expect(resets).toEqual(['rewound']);
    bus.replace(newBus(), 'expired');
    await pass(100);
    expect(sure(follower.app(CRM))).toEqual([false]);
    await pass(500);
    expect(resets).toEqual(['rewound', 'expired']);
    expect(sure(follower.app(CRM))).toEqual([true]);
    bus.replace(newBus(), 'rewound');
    follower.close();
    await pass(2_000);
    expect(sure(follower.app(CRM))).toEqual([false]);
  });
});

describe('a message that cannot be read', () => {
  it.each([
    ['rocket.ev.crm.note.create', 'newer', '{"v":2}', false],
    ['rocket.ev.crm.note.create', 'foreign', 'no JSON', false],
    ['rocket.ev.crm.note.create', 'foreign', '['.repeat(200_000), false],
    ['rocket.wr.crm.w1', 'newer', '{"v":2,"kind":"open"}', false],
    ['rocket.fx.crm.note.webhook', 'newer', '{"v":2}', true],
    ['rocket.beat.p9', 'foreign', '{}', true],
    ['rocket.ev.Nobody', 'foreign', '{}', true],
  ] as const)('under %s: %s', async (subject, fault, payload, isSure) => {
    const { bus, follower, records, log } = followBus();
    await pass(10);
    for (let time = 0; time < 3; time += 1) await publishPayload(bus, subject, payload);
    await publishChange(bus, 'shop');
    await pass(3_000);
    expect(follower.unreadable()).toEqual({ newer: 0, foreign: 0, [fault]: 3 });
    expect(records).toContain('change');
    expect(sure(follower.app(CRM), follower.app(SHOP))).toEqual([isSure, true]);
    expect(log.filter(({ fault: of }) => of === fault)).toHaveLength(1);
    await pass(60_000);
    await publishPayload(bus, subject, payload);
    await pass(10);
    expect(log.filter(({ fault: of }) => of === fault).at(-1)).toMatchObject({ leftOut: 2, subject });
    bus.replace(newBus(), 'rewound');
    await pass(1_000);
    expect(sure(follower.app(CRM))).toEqual([true]);
    follower.close();
  });

  it('is also found among what writers said before', async () => {
    const bus = createStandInBus(newBus());
    await publishPayload(bus, 'rocket.wr.crm.w1', '{"v":2,"kind":"open"}');
    const { follower } = followBus({}, bus);
    await pass(1_000);
    expect(sure(follower.app(CRM), follower.app(SHOP))).toEqual([false, true]);
    follower.close();
  });
});

it('does not trust itself with an app of which a record could not be handled', async () => {
  const { bus, follower, log } = followBus({
    onRecord(record) {
      if (record.kind === 'change' && record.event.app === CRM) throw new Error('not done');
      if (record.kind === 'probe') throw new Error('a probe is of no app');
    },
  });
  await pass(10);
  await publishChange(bus, 'shop');
  await publishChange(bus, 'crm');
  await publishChange(bus, 'crm');
  await pass(5_000);
  expect(sure(follower.app(CRM), follower.app(SHOP))).toEqual([false, true]);
  expect(log.filter(({ app }) => app === 'crm')).toMatchObject([{ error: { message: 'not done' } }]);
  bus.replace(newBus(), 'rewound');
  await pass(1_000);
  expect(sure(follower.app(CRM))).toEqual([true]);
  follower.close();
});

describe('the writers of before and the messages of now', () => {
  const statement = (record: object, position: number) => ({
    subject: 'rocket.wr.crm.w1',
    payload: JSON.stringify(record),
    id: null,
    position,
    storedAtMs: 0,
  });
  const open = opened('p1', 'w1');
  const closed = { ...open, kind: 'closed', by: 'p2' };

  /** A follower whose messages are delivered by hand. */
  function byHand() {
    const follows: FollowOptions[] = [];
    const bus = {
      ...newBus(),
      follow: (options: FollowOptions) => {
        follows.push(options);
        return { position: 0, close: () => undefined };
      },
    };
    const logger = createLogger({ level: 'silent', name: 'follower' });
    const follower = createEventFollower({
      bus,
      logger,
      onRecord: () => undefined,
      onReset: () => undefined,
    });
    const [live] = follows;
    live?.onCaughtUp?.(10);
    const [, before] = follows;
    if (live === undefined || before === undefined) throw new Error('two follows are expected');
    const writers = () => follower.writers().map(({ writer }) => writer);
    return { follower, live, before, writers };
  }

  it('are told apart by position, whichever come first', () => {
    const { follower, live, before, writers } = byHand();
    live.onMessage(statement(closed, 12));
    before.onMessage(statement(open, 5));
    expect(writers()).toEqual([]);
    live.onMessage(statement({ ...open, writer: 'w2' }, 13));
    before.onMessage(statement({ ...closed, writer: 'w2' }, 4));
    before.onMessage(statement({ ...open, writer: 'w3' }, 6));
    expect(writers()).toEqual(['w2', 'w3']);
    follower.close();
  });

  it('do not end a writer before its events are delivered', () => {
    const { follower, live, before, writers } = byHand();
    live.onMessage(statement(open, 11));
    before.onMessage(statement(closed, 14));
    before.onCaughtUp?.(14);
    expect(writers()).toEqual(['w1']);
    live.onMessage(statement(closed, 14));
    expect(writers()).toEqual([]);
    follower.close();
  });
});
