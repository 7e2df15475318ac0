/** Fault tests 23 to 26: an app is moved while it is in use, and while what moves it or serves it fails. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MoveStep } from '@rocket/platform';
import type { MovePhase } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNatsServer } from '../harness/servers/nats-server.ts';
import type { RocketProcess } from '../harness/servers/rocket-process.ts';
import { until } from '../harness/until.ts';
import { Subscriber } from './folding/subscriber.ts';
import { type Fault, FaultedMoves, type Victim } from './moves/faulted-move.ts';
import { MoveDriver } from './moves/move-driver.ts';
import { type MoveInstallation, startMoveInstallation } from './moves/move-installation.ts';
import { lostWrites, MoveLoad, waitsOf } from './moves/move-load.ts';
import { openTransaction } from './moves/open-transaction.ts';
import { stopBefore } from './moves/phase-stop.ts';
import { differingTables } from './moves/same-tables.ts';
import { judgeEvents } from './moves/told-events.ts';
import { WriteProbe } from './moves/write-probe.ts';
import { seededChance } from './support/checked/seeded-random.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';

/** There and back, and there anew once what is kept is gone. */
const ROUNDS = IS_LONG ? 8 : 1;
const BESIDE_MS = IS_LONG ? 2_000 : 500;
/** For how long a transaction stays open; in the short form until one attempt is given up. */
const OPEN_MS = IS_LONG ? 30_000 : 0;
/** Attempts of the switch in that time; there are six in all. */
const GIVEN_UP = IS_LONG ? 5 : 1;
const HELD_WRITES = 5;
/** How a move may end by a fault. */
const ENDS: readonly MovePhase[] = ['kept', 'failed'];
const PHASES: readonly MovePhase[] = [
  ...(['waiting', 'preparing', 'copying', 'indexing', 'comparing'] as const),
  ...(['following', 'holding', 'fenced', 'switched', 'kept'] as const),
];
const NEAR_SWITCH: readonly MovePhase[] = ['following', 'holding', 'fenced', 'switched'];
const OTHERS: readonly Victim[] = ['source shard', 'target shard', 'source Postgres', 'target Postgres'];
const BOTH = ['begins', 'ends'] as const;
const FAULTS: readonly Fault[] = IS_LONG
  ? [
      ...BOTH.flatMap((when) => PHASES.map((phase) => ({ victim: 'mover' as const, phase, when }))),
      ...BOTH.flatMap((when) =>
        NEAR_SWITCH.map((phase) => ({ victim: 'frozen mover' as const, phase, when })),
      ),
      ...OTHERS.flatMap((victim) => PHASES.map((phase) => ({ victim, phase, when: 'ends' as const }))),
    ]
  : [
      { victim: 'mover', phase: 'fenced', when: 'ends' },
      { victim: 'mover', phase: 'switched', when: 'begins' },
      { victim: 'source Postgres', phase: 'following', when: 'ends' },
    ];

describe.skipIf(findNatsServer() === null)('moves', { timeout: 2 * TIMEOUT_MS }, () => {
  let installation: MoveInstallation;
  let driver: MoveDriver;
  const load = ({
    gateway = installation.gateway,
    lanes,
  }: {
    gateway?: RocketProcess;
    lanes?: number;
  } = {}) => new MoveLoad({ url: installation.graph(gateway), token: installation.token, lanes });
  const cleanUp = async (id: string) => {
    if ((await driver.record(id))?.phase === 'kept') {
      await driver.expire(id);
      await driver.until(id, ({ phase }) => phase === 'done');
    }
    expect(await driver.left()).toEqual([]);
  };
  const subscriber = (transport: 'websocket' | 'events') =>
    new Subscriber({
      ...{ name: transport, transport, token: installation.token, id: null, where: null, coalesce: false },
      ...{ table: 'label', sees: () => true, operations: null, first: new Map(), chance: seededChance(1) },
      urls: [installation.graph(installation.gateway)],
      mayCut: () => false,
    });

  beforeAll(async () => {
    installation = await startMoveInstallation();
    driver = new MoveDriver(installation);
    await Promise.all([installation.startWorker(), installation.startWorker()]);
  });
  afterAll(() => installation?.dispose());

  test('23: nothing is lost, and nothing fails, while the app moves to and fro', async () => {
    const subscribers = [subscriber('websocket'), subscriber('events')];
    const probe = await WriteProbe.start(installation);
    const busy = load();
    await sleep(BESIDE_MS);
    const pausesMs: (number | null | undefined)[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const there = await driver.moved(await driver.other());
      await sleep(BESIDE_MS);
      const back = await driver.moved('back');
      pausesMs.push(there.progress.pauseMs, back.progress.pauseMs);
      await sleep(BESIDE_MS);
      if (round + 1 < ROUNDS) await cleanUp(back.id);
    }
    await busy.stop();
    const [last] = await installation.catalog.moves.list({ app: installation.app, limit: 1 });
    if (last === undefined) throw new Error('There is no move');
    const stored = await driver.stored();
    const differing = await differingTables(driver, last);
    const told = await judgeEvents(installation, driver);
    await probe.stop();
    await sleep(200);
    await Promise.all(subscribers.map((each) => each.stop()));
    const { acknowledged, refused } = busy;
    report('23', {
      ...{ moves: 2 * ROUNDS, pausesMs, acknowledged, refused: [...refused], probes: probe.rounds },
      ...{ ...waitsOf(busy), events: told.events, epochs: told.epochs },
      subscribers: subscribers.map(({ name, told: changes, endings }) => [name, changes, [...endings]]),
    });
    const rows = new Map([...stored].map(([id, counter]) => [id, { id, name: 'n', counter }]));
    expect([...refused]).toEqual([]);
    expect([...lostWrites(busy.labels, stored), ...busy.wrong]).toEqual([]);
    expect(told.wrong).toEqual([]);
    expect(differing).toEqual([]);
    expect(probe.wrong).toEqual([]);
    for (const { wrong, folded, resyncs, endings } of subscribers) {
      expect([...wrong, ...folded.differences(rows)]).toEqual([]);
      expect({ resyncs, endings: [...endings] }).toEqual({ resyncs: 0, endings: [['left', 1]] });
    }
    expect(told.epochs).toBeGreaterThan(2);
    await cleanUp(last.id);
  });

  describe('24: whatever fails', () => {
    let faulted: FaultedMoves;
    beforeAll(async () => {
      faulted = new FaultedMoves(installation, { waitsForLease: IS_LONG });
      await installation.workers.pop()?.end();
    });

    test.each(FAULTS)('$victim away as $phase $when: the move ends, and nothing is lost', async (fault) => {
      const { move, wrong, refused, acknowledged, steps } = await faulted.run(fault);
      const name = `${fault.victim}, ${fault.phase} ${fault.when}`;
      report(`24 (${name})`, { ended: move.phase, problem: move.problem, steps, acknowledged, refused });
      expect(wrong).toEqual([]);
      expect(ENDS).toContain(move.phase);
    });
  });

  describe('25: what was frozen while the app was moved', () => {
    test('a gateway: what it is asked for comes from where the app is', async () => {
      const second = await installation.startGateway();
      const busy = load({ gateway: second });
      await until(() => busy.acknowledged > 10);
      process.kill(second.pid, 'SIGSTOP');
      const move = await driver
        .moved(await driver.other())
        .finally(() => process.kill(second.pid, 'SIGCONT'));
      const before = busy.acknowledged;
      await until(() => busy.acknowledged > before + 20);
      await busy.stop();
      await second.end();
      report('25 (gateway)', {
        acknowledged: busy.acknowledged,
        refused: [...busy.refused],
        ...waitsOf(busy),
      });
      expect([...busy.refused]).toEqual([]);
      expect([...lostWrites(busy.labels, await driver.stored()), ...busy.wrong]).toEqual([]);
      await cleanUp(move.id);
    });

    test('a shard: what it was to write before is refused there, and written where the app is', async () => {
      const { shard, database } = await installation.place();
      const frozen = installation.shards[shard === 's1' ? 's1' : 's2'];
      const writing = load({ lanes: 0 });
      expect(await writing.create()).toMatchObject({ fault: null });
      process.kill(frozen.pid, 'SIGSTOP');
      const held = Array.from({ length: HELD_WRITES }, () => writing.create());
      const move = await driver
        .moved(await driver.other())
        .finally(() => process.kill(frozen.pid, 'SIGCONT'));
      const faults = (await Promise.all(held)).map(({ fault }) => fault);
      report('25 (shard)', { acknowledged: writing.acknowledged, refused: [...writing.refused] });
      expect(faults.filter((fault) => fault?.startsWith('SHARD_UNAVAILABLE') === false)).toEqual([]);
      expect(lostWrites(writing.labels, await driver.stored())).toEqual([]);
      const text = 'UPDATE labels SET counter = 0 WHERE false';
      const refusal = driver.reading(shard, database, (outside) => outside.query({ text, values: [] }));
      await expect(refusal).rejects.toMatchObject({ code: 'RKM01' });
      await cleanUp(move.id);
    });

    test.runIf(IS_LONG)('a shard in the middle of writes: none that it acknowledges is lost', async () => {
      const frozen = installation.shards[(await installation.place()).shard === 's1' ? 's1' : 's2'];
      const busy = load();
      await until(() => busy.acknowledged > 30);
      process.kill(frozen.pid, 'SIGSTOP');
      const move = await driver.ended(await driver.request(await driver.other())).finally(() => {
        process.kill(frozen.pid, 'SIGCONT');
      });
      await until(async () => (await busy.create()).fault === null);
      await busy.stop();
      const { phase, problem } = move;
      report('25 (shard that writes)', { phase, problem, refused: [...busy.refused], ...waitsOf(busy) });
      expect([...lostWrites(busy.labels, await driver.stored()), ...busy.wrong]).toEqual([]);
      await cleanUp(move.id);
    });
  });

  describe('26: a transaction of the app that stays open', () => {
    const atSource = async () => {
      const { shard, database } = await installation.place();
      return await openTransaction(installation.open(shard, database));
    };
    /** Opens it when the target is close behind. */
    const moveBeside = async () => {
      const stop = await stopBefore(installation.catalogUrl, { phase: 'holding', note: null });
      try {
        const id = await driver.request(await driver.other());
        await stop.reached();
        return { id, transaction: await atSource() };
      } finally {
        await stop.release();
      }
    };
    const settle = async (id: string, busy: MoveLoad) => {
      await until(async () => (await busy.create()).fault === null);
      await busy.stop();
      const attemptsMs = attemptsOf(await installation.catalog.moves.steps(id));
      const { acknowledged, refused } = busy;
      const { phase, problem } = await driver.ended(id);
      report('26', { phase, problem, attemptsMs, acknowledged, refused: [...refused], ...waitsOf(busy) });
      expect([...refused]).toEqual([]);
      expect([...lostWrites(busy.labels, await driver.stored()), ...busy.wrong]).toEqual([]);
    };

    test('is waited for, while the app takes writes in between', async () => {
      const busy = load();
      const { id, transaction } = await moveBeside();
      const untilMs = performance.now() + OPEN_MS;
      for (let given = 0; given < GIVEN_UP; given += 1) {
        await driver.until(id, ({ phase }) => phase === 'holding' || phase === 'fenced');
        await driver.until(id, ({ phase }) => phase === 'following');
        const before = busy.acknowledged;
        await until(() => busy.acknowledged > before + 10);
      }
      await sleep(Math.max(0, untilMs - performance.now()));
      await transaction.end();
      expect(await driver.ended(id)).toMatchObject({ phase: 'kept', problem: null });
      await settle(id, busy);
      await cleanUp(id);
    });

    test.runIf(IS_LONG)('for ever: the move fails and says why, and nothing is left of it', async () => {
      const busy = load();
      const { id, transaction } = await moveBeside();
      expect(await driver.ended(id)).toMatchObject({
        phase: 'failed',
        problem: 'A transaction of the app stayed open for too long',
      });
      expect(await driver.left()).toEqual([]);
      await transaction.end();
      await settle(id, busy);
    });

    test.runIf(IS_LONG)('since before the move: it is waited for before anything is copied', async () => {
      const busy = load();
      const transaction = await atSource();
      const id = await driver.request(await driver.other());
      await sleep(OPEN_MS);
      await transaction.end();
      expect(await driver.ended(id)).toMatchObject({ phase: 'kept', problem: null });
      await settle(id, busy);
      await cleanUp(id);
    });
  });
});

/** How long writes were held for each attempt of the switch, in ms. */
function attemptsOf(steps: readonly MoveStep[]): readonly number[] {
  let sinceMs = 0;
  return steps.flatMap(({ phase, at }) => {
    if (phase === 'holding') sinceMs = at.getTime();
    const isOver = sinceMs > 0 && (phase === 'following' || phase === 'switched');
    const tookMs = at.getTime() - sinceMs;
    if (isOver) sinceMs = 0;
    return isOver ? [tookMs] : [];
  });
}
