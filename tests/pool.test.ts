/** A pool that is too small for what is asked of it: what callers get, and what operators see of it meanwhile. */
import type { Statement } from '@rocket/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAnswer, NoteApp } from './harness/note-app.ts';
import type { PoolSample } from './harness/pool-sample.ts';
import { until } from './harness/until.ts';

const ANSWERED: HttpAnswer = {
  status: 200,
  retryAfter: null,
  body: { data: { notes: [{ title: 'Lorem' }] } },
};
const failed = (code: string) => ({
  data: { notes: null },
  errors: [expect.objectContaining({ path: ['notes'], extensions: { code, retryable: true } })],
});
const BUSY = { status: 503, retryAfter: '1', body: failed('POOL_EXHAUSTED') };
const LATE = { status: 200, retryAfter: null, body: failed('DEADLINE_EXCEEDED') };

describe('200 callers of a pool of 5', () => {
  let app: NoteApp;
  beforeAll(async () => {
    app = await NoteApp.create({ ROCKET_POOL_MAX_PER_APP: '5' });
    await app.outside.query(keepTheTable());
    await app.outside.query(readItSlowly());
  });
  afterAll(() => app?.dispose());

  it('are all answered over its 5 connections, and the metrics show who waits meanwhile', async () => {
    const before = await app.sample();
    const seen: PoolSample[] = [];
    const backends: unknown[] = [];
    let answered = 0;
    const answers = app.reads(200, () => {
      answered += 1;
    });
    while (answered < 200) {
      seen.push(await app.sample());
      backends.push(await app.backends());
    }
    expect(await answers).toEqual(Array.from({ length: 200 }, () => ANSWERED));
    expect(Math.max(...seen.map(({ active, idle }) => active + idle))).toBe(5);
    expect(Math.max(...backends.map(Number))).toBe(5);
    expect(seen.some(({ active, waiting }) => active === 5 && waiting > 0)).toBe(true);
    const after = await app.sample();
    expect(after).toEqual({ active: 0, idle: 5, waiting: 0, acquired: before.acquired + 200, refused: 0 });
  });
});

describe('a pool whose connections are all held', () => {
  let app: NoteApp;
  beforeAll(async () => {
    app = await NoteApp.create({
      ROCKET_POOL_MAX_PER_APP: '1',
      ROCKET_POOL_ACQUIRE_TIMEOUT_MS: '1500',
      ROCKET_REQUEST_TIMEOUT_MS: '4000',
    });
  });
  afterAll(() => app?.dispose());

  it('refuses who is one too many at once and who waits in time, and serves the next when it can', async () => {
    const answers: HttpAnswer[] = [];
    const reads = await app.whileLocked(async () => {
      const { acquired } = await app.sample();
      const all = app.reads(120, (answer) => answers.push(answer));
      // One connection and 100 who wait for it; the others have their answer before any of these was given up.
      await until(() => answers.length === 19);
      const held = { active: 1, idle: 0, acquired: acquired + 1 };
      expect(await app.sample()).toEqual({ ...held, waiting: 100, refused: 19 });
      await until(() => answers.length === 119);
      expect(await app.sample()).toEqual({ ...held, waiting: 0, refused: 119 });
      expect(answers).toEqual(answers.map(() => BUSY));
      return { all };
    });
    expect(await app.read()).toEqual(ANSWERED);
    expect((await reads.all).filter(({ status }) => status === 200)).toEqual([ANSWERED]);
    expect(await app.reads(101)).toEqual(Array.from({ length: 101 }, () => ANSWERED));
  });

  it('gives a read up at the deadline of its request, on the server too', async () => {
    await app.whileLocked(async () => {
      const answer = app.read();
      await until(async () => (await app.backends('active')) === 1);
      expect(await answer).toEqual(LATE);
      await until(async () => (await app.backends('active')) === 0);
    });
    expect(await app.read()).toEqual(ANSWERED);
  });
});

function keepTheTable(): Statement {
  return { text: 'ALTER TABLE notes RENAME TO kept_notes', values: [] };
}

/** 20 ms for each read, which a machine that is busy with other work does not stretch. */
function readItSlowly(): Statement {
  return {
    text: 'CREATE VIEW notes AS SELECT kept.* FROM kept_notes AS kept, (SELECT pg_sleep(0.02)) AS slow',
    values: [],
  };
}
