/** Fault tests of several processes of one shard: dead, frozen, late, stopped in order, and without the stream. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_STALENESS_MS } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RocketProcess } from '../harness/servers/rocket-process.ts';
import { until } from '../harness/until.ts';
import { type Installation, NATS_SERVER, startInstallation } from './support/installation.ts';
import { IS_LONG, report } from './support/long-form.ts';
import { type StreamChecker, startChecker } from './support/stream-checker.ts';
import { startWriter, type Writer, writeNote } from './support/writer.ts';

const PER_SECOND = 80;
const READ = '{ notes(limit: 1) { id } }';
/**
 * A process beats four times a second, and is taken for dead after three seconds. Beside other tests it can take longer; what
 * it took is printed.
 */
const SETTLED_MS = IS_LONG ? 5_000 : 20_000;
/** Longer than the silence after which a process is taken for dead. */
const SILENT_MS = 3_500;

describe.skipIf(NATS_SERVER === null)('two processes of one shard', () => {
  let installation: Installation;
  let checker: StreamChecker;
  let first: RocketProcess;
  let second: RocketProcess;
  let writer: Writer | null = null;

  const writeFor = async (writes: number) => {
    writer ??= startWriter(installation, PER_SECOND);
    const { acknowledged } = writer;
    const enough = acknowledged.length + writes;
    await until(() => acknowledged.length >= enough);
    return writer;
  };
  const query = (text: string) => installation.outside.query({ text, values: [] });
  const openWriters = () => query('SELECT 1 FROM _writers WHERE ended_at IS NULL');
  const endedWriters = () => query('SELECT 1 FROM _writers WHERE ended_at IS NOT NULL');
  const allTold = () => until(async () => checker.isSure && (await checker.untold()) === 0);
  const withoutStream = async <T>(work: () => Promise<T>): Promise<T> => {
    await installation.nats.stop();
    try {
      return await work();
    } finally {
      await installation.nats.start();
    }
  };
  const endWriting = async () => {
    const ended = writer;
    writer = null;
    await ended?.stop();
    await allTold();
    expect(await checker.faults(ended?.acknowledged ?? [])).toEqual([]);
  };

  beforeAll(async () => {
    installation = await startInstallation();
    checker = await startChecker(installation);
    [first, second] = await Promise.all([installation.startShard(), installation.startShard()]);
    installation.serve(first, second);
  });

  afterEach(async () => {
    await writer?.stop();
    writer = null;
  });

  afterAll(async () => {
    await checker?.close();
    await installation?.dispose();
  });

  test('5: while the stream hangs writes go on, and nobody ends the writers of another', async () => {
    // The other one has nothing to say and so all the time to judge.
    installation.serve(first);
    const { refused, acknowledged } = await writeFor(40);
    const before = acknowledged.length;
    installation.nats.freeze();
    try {
      await sleep(SILENT_MS);
    } finally {
      installation.nats.thaw();
    }
    const written = acknowledged.length - before;
    await writeFor(20);
    await endWriting();
    report('5 (hangs)', { written, refused: [...refused], unsureMs: checker.takeUnsure() });
    expect([...refused]).toEqual([]);
    expect(await endedWriters()).toEqual([]);
  });

  test('a process that starts while the stream is away serves reads, and writes when it is back', async () => {
    // Each of the two announces that it writes.
    installation.serve(second);
    const { refused } = await writeFor(20);
    installation.serve(first, second);
    await until(async () => (await openWriters()).length === 2);
    const third = await withoutStream(async () => {
      const started = await installation.startShard();
      installation.serve(started);
      // Those whose connections were closed by that count as failures of the shard for a second.
      await until(async () => (await installation.askApp('notes', READ, { once: true })).status === 200);
      expect(await writeNote(installation)).toBe('EVENTS_BEHIND');
      installation.serve(first, second);
      await writeFor(20);
      const behind = refused.get('EVENTS_BEHIND');
      // Longer than it would take to settle the writers that it has found in the database.
      await sleep(SILENT_MS);
      await writeFor(20);
      expect(refused.get('EVENTS_BEHIND')).toBe(behind);
      installation.serve(started);
      return started;
    });
    const startedMs = performance.now();
    await until(async () => typeof (await writeNote(installation)) === 'object');
    const recoveryMs = Math.round(performance.now() - startedMs);
    await third.end();
    installation.serve(first, second);
    await endWriting();
    report('process started without the stream', {
      recoveryMs,
      refused: [...refused],
      unsureMs: checker.takeUnsure(),
    });
  });

  test('a frozen process wakes, and its writes go on under another writer', async () => {
    await writeFor(40);
    const ended = (await endedWriters()).length;
    process.kill(first.pid, 'SIGSTOP');
    try {
      installation.serve(second);
      await until(async () => (await endedWriters()).length > ended);
    } finally {
      process.kill(first.pid, 'SIGCONT');
    }
    installation.serve(first);
    const wokenMs = performance.now();
    await writeFor(40);
    const recoveryMs = Math.round(performance.now() - wokenMs);
    await endWriting();
    const unsureMs = checker.takeUnsure();
    report('frozen process', { recoveryMs, unsureMs });
    expect(Math.max(...unsureMs)).toBeLessThan(SETTLED_MS);
    installation.serve(first, second);
  });

  test('a process that stops in order leaves the app sure', async () => {
    await writeFor(40);
    const third = await installation.startShard();
    installation.serve(third);
    await writeFor(40);
    installation.serve(first, second);
    checker.takeUnsure();
    const ended = await third.end('SIGTERM');
    expect(ended.code).toBe(0);
    // One that does not say that it ends leaves the app unsure after the bound.
    await sleep(MAX_STALENESS_MS + 500);
    expect(checker.takeUnsure()).toEqual([]);
    expect(checker.isSure).toBe(true);
    await endWriting();
  });

  test('1: one is killed and never comes back: the other publishes what it left', async () => {
    installation.serve(first);
    const { acknowledged } = await writeFor(40);
    installation.nats.freeze();
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 40);
    await first.end('SIGKILL');
    const killedMs = performance.now();
    installation.nats.thaw();
    installation.serve(second);
    await sleep(500);
    const left = await checker.untold();
    checker.takeUnsure();
    await endWriting();
    const recoveryMs = Math.round(performance.now() - killedMs);
    const unsureMs = checker.takeUnsure();
    report('1 (two processes)', { left, recoveryMs, unsureMs });
    expect(left).toBeGreaterThan(0);
    expect(unsureMs).not.toEqual([]);
    expect(recoveryMs).toBeLessThan(SETTLED_MS);
  });

  test.each(['nothing waits', 'events wait'])(
    'without the stream a process stops in time when %s',
    async (what) => {
      const { acknowledged } = await writeFor(20);
      if (what === 'nothing waits') {
        await writer?.stop();
        await allTold();
      }
      let stopMs = 0;
      const ended = await withoutStream(async () => {
        const before = acknowledged.length;
        await until(() => what === 'nothing waits' || acknowledged.length > before + 20);
        const stoppedMs = performance.now();
        const finished = await second.end('SIGTERM');
        stopMs = Math.round(performance.now() - stoppedMs);
        return finished;
      });
      second = await installation.startShard();
      installation.serve(second);
      await endWriting();
      report(`stop without the stream, ${what}`, { stopMs, unsureMs: checker.takeUnsure() });
      expect(ended.code).toBe(0);
    },
  );
});
