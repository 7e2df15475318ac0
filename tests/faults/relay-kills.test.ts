/** Fault tests 1 and 2: a shard process is killed between commit, publication and mark. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RocketProcess } from '../harness/servers/rocket-process.ts';
import { until } from '../harness/until.ts';
import { type Installation, NATS_SERVER, startInstallation } from './support/installation.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';
import { type StreamChecker, startChecker } from './support/stream-checker.ts';
import { startWriter, writeNote } from './support/writer.ts';

const KILLS = IS_LONG ? 20 : 2;
const PER_SECOND = 100;

describe.skipIf(NATS_SERVER === null)('a shard process that is killed', { timeout: TIMEOUT_MS }, () => {
  let installation: Installation;
  let checker: StreamChecker;
  /** The successor of the one that was killed is killed next. */
  let shard: RocketProcess;

  const startNext = async () => {
    shard = await installation.startShard();
    installation.serve(shard);
  };

  beforeAll(async () => {
    installation = await startInstallation();
    checker = await startChecker(installation);
    await startNext();
  });

  afterAll(async () => {
    await checker?.close();
    await installation?.dispose();
  });

  const rows = (text: string) => installation.outside.query({ text, values: [] });
  const isWaiting = async () =>
    (await rows('SELECT 1 FROM _outbox WHERE published_at IS NULL LIMIT 1')).length > 0;
  const toldAgain = async (sinceMs: number) => {
    await until(async () => checker.isSure && (await checker.untold()) === 0);
    return Math.round(performance.now() - sinceMs);
  };

  test('1: between commit and publication: its successor publishes what it left', async () => {
    const recoveries: number[] = [];
    let left = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await until(() => checker.isSure);
      const writer = startWriter(installation, PER_SECOND);
      await until(() => writer.acknowledged.length > 20);
      installation.nats.freeze();
      const before = writer.acknowledged.length;
      await until(() => writer.acknowledged.length > before + 20);
      await shard.end('SIGKILL');
      await writer.stop();
      installation.nats.thaw();
      await sleep(200);
      left += await checker.untold();
      const startedMs = performance.now();
      await startNext();
      recoveries.push(await toldAgain(startedMs));
      expect(await checker.faults(writer.acknowledged)).toEqual([]);
    }
    report('1', { kills: KILLS, left, recoveryMs: recoveries, unsureMs: checker.takeUnsure() });
    expect(left).toBeGreaterThan(0);
  });

  test('2: between publication and mark: the rows are published again, and are on the stream once', async () => {
    const recoveries: number[] = [];
    let unmarked = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const first = await writeNote(installation);
      expect(first).toMatchObject({ id: expect.any(String) });
      const writer = startWriter(installation, PER_SECOND);
      await installation.outside.transaction(async (tx) => {
        await until(() => writer.acknowledged.length > 20);
        await tx.query({ text: 'SELECT id FROM _outbox FOR UPDATE', values: [] });
        const known = new Set(writer.acknowledged.map(({ id }) => id));
        // One that was committed after nothing could be marked any more is on the stream.
        await until(() =>
          writer.acknowledged.some(({ id }) => !known.has(id) && checker.newest(id) !== undefined),
        );
        await shard.end('SIGKILL');
      });
      await writer.stop();
      if (await isWaiting()) unmarked += 1;
      const startedMs = performance.now();
      await startNext();
      recoveries.push(await toldAgain(startedMs));
      await until(async () => !(await isWaiting()));
      expect(await checker.faults(writer.acknowledged)).toEqual([]);
    }
    report('2', { kills: KILLS, unmarked, recoveryMs: recoveries, unsureMs: checker.takeUnsure() });
    expect(unmarked).toBe(KILLS);
    expect(checker.repeated).toEqual([]);
  });
});
