/** Fault tests 4 to 8: the stream is stopped, killed, full or an older one, commits are slow, and a record is too large. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../harness/until.ts';
import { type Installation, NATS_SERVER, startInstallation } from './support/installation.ts';
import { IS_LONG, report, TIMEOUT_MS } from './support/long-form.ts';
import { type StreamChecker, startChecker } from './support/stream-checker.ts';
import { startWriter, type Writer, writeNote } from './support/writer.ts';

const PER_SECOND = 100;
/** Longer than the silence after which a process is taken for dead, as all that takes time here. */
const AWAY_MS = IS_LONG ? 20_000 : 3_500;
const KILLS = IS_LONG ? 10 : 2;
const RESTORES = IS_LONG ? 5 : 1;
const SLOW_SECONDS = IS_LONG ? 25 : 3.5;
const SLOW_COMMITS = IS_LONG ? 5_000 : 300;
const LARGE = 2_000_000;
const FILLING = 150_000;

describe.skipIf(NATS_SERVER === null)('a stream that fails', { timeout: TIMEOUT_MS }, () => {
  let installation: Installation;
  let checker: StreamChecker;
  let writer: Writer | null = null;

  const rows = (text: string) => installation.outside.query({ text, values: [] });
  const writeFor = async (writes: number) => {
    writer ??= startWriter(installation, PER_SECOND);
    const { acknowledged } = writer;
    const enough = acknowledged.length + writes;
    await until(() => acknowledged.length >= enough);
    return writer;
  };
  /** Stops the load, and compares. Returns how long it took until everything was told and the app sure. */
  const settle = async () => {
    const ended = writer;
    writer = null;
    const sinceMs = performance.now();
    await ended?.stop();
    await until(async () => checker.isSure && (await checker.untold()) === 0);
    const recoveryMs = Math.round(performance.now() - sinceMs);
    expect(await checker.faults(ended?.acknowledged ?? [])).toEqual([]);
    return { recoveryMs, refused: [...(ended?.refused ?? [])], unsureMs: checker.takeUnsure() };
  };

  beforeAll(async () => {
    installation = await startInstallation();
    checker = await startChecker(installation);
    installation.serve(...(await Promise.all([installation.startShard(), installation.startShard()])));
  });

  afterEach(async () => {
    await writer?.stop();
    writer = null;
  });

  afterAll(async () => {
    await checker?.close();
    await installation?.dispose();
  });

  test('5: away while it is written: the writes succeed, and are told afterwards', async () => {
    const { acknowledged } = await writeFor(50);
    await installation.nats.stop();
    const before = acknowledged.length;
    await sleep(AWAY_MS);
    const written = acknowledged.length - before;
    await installation.nats.start();
    const { refused, ...figures } = await settle();
    report('5', { awayMs: AWAY_MS, written, refused, ...figures });
    expect(refused).toEqual([]);
  });

  test('6: killed in mid-publish: nothing that was acknowledged is lost', async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await writeFor(50);
      await installation.nats.kill9();
      await installation.nats.start();
    }
    await writeFor(20);
    report('6', { kills: KILLS, ...(await settle()) });
  });

  test('7: replaced by an older copy: what it has lost is published again', async () => {
    const resets = checker.resets;
    for (let restore = 0; restore < RESTORES; restore += 1) {
      await writeFor(50);
      await installation.nats.stop();
      await installation.nats.copyStore(`${restore}`);
      await installation.nats.start();
      await until(() => checker.isSure);
      await writeFor(100);
      await installation.nats.kill9();
      await installation.nats.restoreStore(`${restore}`);
      await installation.nats.start();
      await writeFor(100);
    }
    report('7', { restores: RESTORES, ...(await settle()) });
    expect(checker.resets - resets).toBe(RESTORES);
  });

  test('8: full: writes go on, and are told when there is room', async () => {
    const setBytes = async (bytes: (used: number) => number) => {
      const connection = await connect({ servers: installation.nats.url });
      const manager = await connection.jetstreamManager();
      const { config, state } = await manager.streams.info('ROCKET_EVENTS');
      await manager.streams.update('ROCKET_EVENTS', { ...config, max_bytes: bytes(state.bytes) });
      await connection.close();
    };
    await setBytes((used) => used + FILLING);
    const { acknowledged } = await writeFor(50);
    await until(() => !checker.isSure);
    const before = acknowledged.length;
    // With the time until then, longer than the silence after which a process is taken for dead.
    await sleep(2_000);
    const written = acknowledged.length - before;
    const waiting = await checker.untold();
    await setBytes(() => -1);
    const { refused, ...figures } = await settle();
    report('8', { written, waiting, refused, ...figures });
    expect(waiting).toBeGreaterThan(0);
    expect(refused).toEqual([]);
  });

  test('4: one commit takes long, and many others overtake each other: no row is skipped', async () => {
    await rows(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_sleep(CASE WHEN NEW.payload->'record'->>'body' = 'slow' THEN ${SLOW_SECONDS} ELSE random() * 0.03 END);
      RETURN NULL; END $$`);
    await rows(`CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON _outbox DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION dawdle()`);
    const slow = writeNote(installation, { body: 'slow' });
    const begunMs = performance.now();
    while (performance.now() - begunMs < SLOW_SECONDS * 1_000) await writeFor(20);
    while ((writer?.acknowledged.length ?? 0) < SLOW_COMMITS) await writeFor(20);
    const commits = writer?.acknowledged.length;
    expect(await slow).toMatchObject({ id: expect.any(String) });
    const figures = await settle();
    report('4', { commits, slowSeconds: SLOW_SECONDS, ...figures });
    await rows('DROP TRIGGER slow ON _outbox');
  });

  test('a record that no message holds is told without its values, and nothing waits behind it', async () => {
    const large = await writeNote(installation, { body: 'x'.repeat(LARGE) });
    expect(large).toMatchObject({ id: expect.any(String) });
    await writeFor(20);
    await settle();
    const event = typeof large === 'object' ? checker.newest(large.id) : undefined;
    expect(event).toMatchObject({ omitted: true, record: null, op: 'create' });
  });
});
