/** Thousands of timers of one app that are due at the same moment, beside those of another app, one at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '@rocket/platform';
import { z } from 'zod';
import { numbersOf } from '../measure/numbers-of.ts';
import { type Latencies, latencies } from '../measure/percentile.ts';
import type { BenchApp } from '../sides/worker-world.ts';

const TIMERS = 20_000;
/** Enough to make the instances. */
const DUE_IN_SECONDS = 20;
/** Of the other app; they begin before the many are due, and go on for longer than those may take. */
const BESIDE_EVERY_MS = 250;
const BESIDE = 480;
const BESIDE_BEFORE_SECONDS = 2;
/** When nothing has fired for so long, what is missing is lost. */
const PATIENCE_MS = 10_000;
const POLL_MS = 250;
/** The last ones that were due may be late themselves. */
const BESIDE_LATE_MS = 2_000;

const CREATE = `mutation Remind($at: DateTime!) { createReminder(input: { dueAt: $at }) { reminder { id } errors { code } } }`;
const SELECT_TIME = `SELECT to_char((clock_timestamp() + $1::int * interval '1 second') AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
const COUNT_WAITING = `SELECT count(*)::int FROM _timers t JOIN _workflow_instances i ON i.id = t.instance_id
  WHERE i.status = 'waiting'`;
/** Copies of the one instance that the engine has made, with a timer each. */
const COPY = `WITH made AS (
    INSERT INTO _workflow_instances
    SELECT copy.* FROM _workflow_instances i
      CROSS JOIN generate_series(1, $1::int) n
      CROSS JOIN LATERAL (SELECT i.wakes_at + n * $2::int * interval '1 millisecond' AS at) due
      CROSS JOIN LATERAL jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'started_for', 'copy:' || n,
        'wakes_at', due.at, 'state', jsonb_set(i.state, '{tokens,0,dueAt}', to_jsonb(due.at)))) copy
    RETURNING id, wakes_at)
  INSERT INTO _timers (due_at, instance_id, token) SELECT wakes_at, id, 1 FROM made`;
const NOTE_DUE = 'CREATE TABLE bench_due AS SELECT instance_id, due_at FROM _timers';
const SELECT_LEFT_MS = `SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 FROM _timers`;
const COUNT_FIRED = 'SELECT count(*)::int, count(DISTINCT instance_id)::int FROM _workflow_history';
/** So many ms after the first. */
const DUE_WITHIN = `due_at <= (SELECT min(due_at) FROM bench_due) + $1::float8 * interval '1 millisecond'`;
const COUNT_DUE = `SELECT count(*)::int FROM bench_due WHERE ${DUE_WITHIN}`;
/** Rows: how late each was that has fired. */
const SELECT_LATE = `SELECT (extract(epoch FROM pg_xact_commit_timestamp(i.xmin) - d.due_at) * 1000)::float8
  FROM bench_due d JOIN _workflow_instances i ON i.id = d.instance_id
  WHERE i.status = 'completed' AND ${DUE_WITHIN}`;

export interface DueTimers {
  readonly timers: number;
  /** Instances that went on. */
  readonly fired: number;
  /** Steps that were taken beyond the first of an instance. */
  readonly twice: number;
  /** From when they were due to the last commit. */
  readonly seconds: number;
  /** Those of the other app that were due meanwhile. */
  readonly beside: Latencies & { readonly timers: number; readonly fired: number };
}

/** @param apps without instances; the worker has opened both */
export async function dueTimers(apps: { many: BenchApp; beside: BenchApp }): Promise<DueTimers> {
  const { many, beside } = apps;
  await wait(many, DUE_IN_SECONDS);
  await wait(beside, DUE_IN_SECONDS - BESIDE_BEFORE_SECONDS);
  await copy(beside, { count: BESIDE - 1, everyMs: BESIDE_EVERY_MS });
  await copy(many, { count: TIMERS - 1, everyMs: 0 });
  const leftMs = await numberOf(many, SELECT_LEFT_MS);
  if (leftMs <= 0) throw new Error('The timers were due before they were there');
  await sleep(leftMs);
  const { fired, twice } = await drained(many);
  const late = numbersOf(await many.database.query({ text: SELECT_LATE, values: [0] }));
  const tookMs = late.reduce((most, ms) => Math.max(most, ms), 0);
  return {
    ...{ timers: TIMERS, fired, twice, seconds: tookMs / 1_000 },
    beside: await lateBeside(beside, BESIDE_BEFORE_SECONDS * 1_000 + tookMs),
  };
}

/** Makes an instance that waits, through the engine, whose worker knows of its timer then. */
async function wait({ ask, database }: BenchApp, seconds: number): Promise<void> {
  const [row] = await database.query({ text: SELECT_TIME, values: [seconds] });
  await ask({ query: CREATE, variables: { at: String(row?.[0]) } }, '"errors":[]');
  const untilMs = performance.now() + PATIENCE_MS;
  while ((await numberOf({ database }, COUNT_WAITING)) !== 1) {
    if (performance.now() > untilMs) throw new Error('The first instance does not wait');
    await sleep(POLL_MS);
  }
}

async function copy({ database }: BenchApp, { count, everyMs }: { count: number; everyMs: number }) {
  await database.query({ text: COPY, values: [count, everyMs] });
  await database.query({ text: NOTE_DUE, values: [] });
}

/** Resolves when all have fired, or when none has for a while. */
async function drained({ database }: BenchApp): Promise<{ fired: number; twice: number }> {
  let steps = 0;
  let fired = 0;
  for (let lastAtMs = performance.now(); performance.now() - lastAtMs < PATIENCE_MS && fired < TIMERS; ) {
    await sleep(POLL_MS);
    const [row] = await database.query({ text: COUNT_FIRED, values: [] });
    const counted = z.tuple([z.number(), z.number()]).parse(row);
    if (counted[1] > fired) lastAtMs = performance.now();
    [steps, fired] = counted;
  }
  return { fired, twice: steps - fired };
}

/** @param withinMs of those that were due so long after the first */
async function lateBeside({ database }: BenchApp, withinMs: number): Promise<DueTimers['beside']> {
  await sleep(BESIDE_LATE_MS);
  const [row] = await database.query({ text: COUNT_DUE, values: [withinMs] });
  const late = numbersOf(await database.query({ text: SELECT_LATE, values: [withinMs] }));
  return { timers: numberIn(row), fired: late.length, ...latencies(late) };
}

async function numberOf({ database }: Pick<BenchApp, 'database'>, text: string): Promise<number> {
  const [row] = await database.query({ text, values: [] });
  return numberIn(row);
}

function numberIn(row: Row | undefined): number {
  return row === undefined ? 0 : (numbersOf([row])[0] ?? 0);
}
