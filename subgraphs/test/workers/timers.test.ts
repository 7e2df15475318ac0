/** Timers of one app: each fires once, and never early. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAppTimers, type TimerSource } from '../../src/workers/timers/app-timers.ts';
import { fireSchedule } from '../../src/workers/workflows/starts/schedules.ts';
import { act, CREATED, step, THEN, workflow, workflowDocument } from '../support/workflow-documents.ts';
import { createWorkflowEngine, timerSource, type WorkflowEngine } from '../support/workflow-engine.ts';
import { LOGGER } from '../support/write-app.ts';

const MANY = 500;
const scheduled = (name: string, cron: string, more: object = {}) =>
  workflow(name, { type: 'schedule', cron, time_zone: 'Europe/Berlin' }, [act('done', [])], {
    context: { at: 'trigger.at' },
    ...more,
  });
const WAITS = workflow('waits', CREATED, [
  step('wait', 'wait', { duration: '1h', [THEN]: 'after' }),
  act('after', []),
]);
const DOCUMENT = workflowDocument([WAITS, scheduled('nightly', '0 3 * * *')]);

let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
});

beforeEach(async () => {
  engine.serve(DOCUMENT);
  await engine.rows('TRUNCATE _workflow_instances, _workflow_history, _timers');
});

afterAll(() => engine.dispose());

const schedules = () =>
  engine.rows('SELECT schedule, due_at > now(), definition FROM _timers ORDER BY schedule');

describe('timers', () => {
  test('that are due at once fire once each, whoever looks for them', async () => {
    await engine.create('task', { title: 'first' });
    await engine.settled();
    const columns = (
      await engine.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = '_workflow_instances' ORDER BY ordinal_position",
      )
    ).flat();
    const rest = columns.filter((name) => name !== 'id' && name !== 'started_for');
    await engine.rows(
      `INSERT INTO _workflow_instances (id, started_for, ${rest.join(', ')})
       SELECT gen_random_uuid(), 'copy ' || n, ${rest.join(', ')} FROM _workflow_instances, generate_series(2, $1::int) n`,
      [MANY],
    );
    await engine.rows(
      `INSERT INTO _timers (instance_id, token, due_at) SELECT id, 1, clock_timestamp() FROM _workflow_instances
       ON CONFLICT (instance_id, token) WHERE instance_id IS NOT NULL DO UPDATE SET due_at = excluded.due_at`,
    );
    const fired = new Map<string, number>();
    const source = timerSource(engine.app);
    const counting: TimerSource = {
      ...source,
      fire: async (timer) => {
        const isFired = await source.fire(timer);
        if (isFired) fired.set(timer.id, (fired.get(timer.id) ?? 0) + 1);
        return isFired;
      },
    };
    const both = [1, 2].map(() => createAppTimers(counting, LOGGER));
    for (const timers of both) timers.wakeIn(0);
    await engine.when(async () => (await engine.rows('SELECT 1 FROM _timers LIMIT 1')).length === 0);
    await Promise.all(both.map((timers) => timers.close()));
    await engine.settled();
    expect([fired.size, new Set(fired.values())]).toEqual([MANY, new Set([1])]);
    const done = "SELECT count(*)::int FROM _workflow_history WHERE step = 'wait' AND status = 'waited'";
    expect(await engine.rows(done)).toEqual([[MANY]]);
  });

  test('that are set while others are looked for are not forgotten', async () => {
    let due = 0;
    let fired = 0;
    const asked: (() => void)[] = [];
    const source: TimerSource = {
      due: async () =>
        Array.from({ length: due }, (_, id) => ({
          kind: 'schedule',
          id: String(id),
          lateMs: 0,
          schedule: 's',
        })),
      msUntilNext: () => new Promise((resolve) => asked.push(() => resolve(null))),
      fire: async () => {
        fired += due;
        due = 0;
        return true;
      },
      postpone: async () => undefined,
    };
    const timers = createAppTimers(source, LOGGER);
    timers.wakeIn(0);
    await engine.when(() => asked.length === 1);
    // It was read that nothing comes; the answer is under way.
    due = 1;
    timers.wakeIn(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    asked[0]?.();
    await engine.when(() => fired === 1);
    await engine.when(() => asked.length === 2);
    asked[1]?.();
    await timers.close();
  });

  test('an earlier one wakes earlier', async () => {
    const woken: number[] = [];
    const began = performance.now();
    const source: TimerSource = {
      due: async () => {
        woken.push(performance.now() - began);
        return [];
      },
      msUntilNext: async () => null,
      fire: async () => true,
      postpone: async () => undefined,
    };
    const timers = createAppTimers(source, LOGGER);
    for (const ms of [60_000, 30, 50_000]) timers.wakeIn(ms);
    await engine.when(() => woken.length === 1);
    expect(woken[0]).toBeGreaterThanOrEqual(30);
    expect(woken[0]).toBeLessThan(5_000);
    await timers.close();
  });
});

describe('schedules', () => {
  test('are set as the document has them, and go with their workflows', async () => {
    await Promise.all([engine.schedules(), engine.schedules()]);
    const [set] = await schedules();
    expect(set).toEqual(['nightly', true, '0 3 * * * Europe/Berlin']);
    const due = async () => (await engine.rows('SELECT due_at FROM _timers'))[0]?.[0];
    const first = await due();
    await engine.schedules();
    expect(await due()).toBe(first);
    engine.serve(workflowDocument([scheduled('nightly', '0 4 * * *')]));
    await engine.schedules();
    expect(await due()).not.toBe(first);
    engine.serve(workflowDocument([scheduled('nightly', '0 4 * * *', { active: false })]));
    await engine.schedules();
    expect(await schedules()).toEqual([]);
  });

  test('that were missed count once, whoever fires them', async () => {
    await engine.schedules();
    await engine.rows("UPDATE _timers SET due_at = '2026-01-02T02:00:00Z'");
    const [timer] = await timerSource(engine.app).due(10);
    if (timer?.kind !== 'schedule') throw new Error('No schedule is due');
    const fired = await Promise.all([1, 2, 3].map(() => fireSchedule(engine.app(), timer)));
    expect(fired.filter(Boolean)).toHaveLength(1);
    await engine.settled();
    expect(await engine.instances()).toMatchObject([
      { status: 'completed', context: { at: '2026-01-02T02:00:00.000Z' }, history: ['done completed'] },
    ]);
    expect(await schedules()).toEqual([['nightly', true, '0 3 * * * Europe/Berlin']]);
  });

  test('that were set by another document are set anew, and start nothing', async () => {
    await engine.schedules();
    await engine.rows("UPDATE _timers SET due_at = '2026-01-02T02:00:00Z'");
    engine.serve(workflowDocument([scheduled('nightly', '0 5 * * *')]));
    const [timer] = await timerSource(engine.app).due(10);
    if (timer?.kind !== 'schedule') throw new Error('No schedule is due');
    await fireSchedule(engine.app(), timer);
    expect(await engine.instances()).toEqual([]);
    expect(await schedules()).toEqual([['nightly', true, '0 5 * * * Europe/Berlin']]);
  });
});
