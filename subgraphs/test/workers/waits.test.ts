/** Steps that wait for a time or an event, and branches. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  act,
  approval,
  CREATED,
  log,
  send,
  step,
  THEN,
  workflow,
  workflowDocument,
} from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';
import { ADMIN } from '../support/write-app.ts';

const titled = (title: string, steps: readonly object[]) =>
  workflow(title, { ...CREATED, condition: `record.title == '${title}'` }, steps, {
    context: { record_id: 'record_id', at: 'record.at', day: 'record.day', count: 'record.count' },
  });
const wait = (more: object) => step('wait', 'wait', { ...more, [THEN]: 'after' });
const after = act('after', []);
const both = (join: string) => [
  step('fork', 'parallel', { branches: ['ask', 'pause', 'go'], join, [THEN]: 'after' }),
  approval('ask', { timeout: '1h' }),
  step('pause', 'wait', { event: 'never', timeout: '2h' }),
  act('go', [log('gone')]),
  after,
];

const DOCUMENT = workflowDocument([
  titled('duration', [wait({ duration: '60ms' }), after]),
  titled('date', [wait({ until: 'context.at' }), after]),
  titled('day', [wait({ until: 'context.day' }), after]),
  titled('field', [
    act(
      'change',
      [
        {
          type: 'set_field',
          entity: 'task',
          record_id: 'context.record_id',
          field: 'at',
          value: '2001-01-01T00:00:00Z',
        },
      ],
      'wait',
    ),
    wait({ until: 'record.at' }),
    after,
  ]),
  titled('event', [
    wait({ event: 'called', condition: 'payload.count == context.count', timeout: '1h', on_timeout: 'late' }),
    after,
    act('late', []),
  ]),
  titled('call', [act('call', [send('called', { expression: 'trigger.record' })])]),
  titled('all', both('all')),
  titled('any', both('any')),
]);

let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
});

afterAll(() => engine.dispose());

async function begin(title: string, more: object = {}) {
  const id = await engine.create('task', { title, ...more });
  return {
    id,
    now: async () => (await engine.instances()).find(({ context }) => context['record_id'] === id),
  };
}

const ended = (id: string) =>
  engine.until(
    ({ context, status }) => context['record_id'] === id && (status === 'completed' || status === 'failed'),
  );
const count = async (table: string, where = 'true') =>
  (await engine.rows(`SELECT count(*)::int FROM ${table} WHERE ${where}`))[0]?.[0];

describe('a wait', () => {
  test('of a duration ends after it, never before', async () => {
    const { id } = await begin('duration');
    expect(await ended(id)).toMatchObject({
      status: 'completed',
      history: ['wait waited', 'after completed'],
    });
    const took =
      "SELECT ended_at - started_at >= interval '60 ms' FROM _workflow_instances WHERE record_id = $1";
    expect(await engine.rows(took, [id])).toEqual([[true]]);
  });

  test('until a time that is over goes on at once', async () => {
    for (const [title, more] of [
      ['date', { at: '2001-01-01T00:00:00Z' }],
      ['day', { day: '2001-01-01' }],
      ['field', { at: '2999-01-01T00:00:00Z' }],
    ] as const) {
      const { id } = await begin(title, more);
      expect((await ended(id)).history.slice(-2)).toEqual(['wait waited', 'after completed']);
    }
  });

  test('until a time that comes says when, and until none fails', async () => {
    const { id, now } = await begin('day', { day: '2999-01-01' });
    await engine.settled();
    expect(await now()).toMatchObject({ status: 'waiting', step: 'wait' });
    const wakes = 'SELECT wakes_at FROM _workflow_instances WHERE record_id = $1';
    expect(await engine.rows(wakes, [id])).toEqual([['2999-01-01T00:00:00.000Z']]);
    const none = await begin('date');
    expect(await ended(none.id)).toMatchObject({
      status: 'failed',
      error: 'context.at, which is to be waited for, is empty',
    });
    await engine.commands().cancel(ADMIN, { instanceId: (await now())?.id ?? '', comment: null });
    expect(await count('_timers')).toBe(0);
  });

  test('for an event goes on with the one that it means, sent since it began', async () => {
    await begin('call', { count: 7 });
    await engine.settled();
    const { id, now } = await begin('event', { count: 7 });
    await engine.settled();
    await begin('call', { count: 8 });
    await engine.settled();
    expect(await now()).toMatchObject({ status: 'waiting', step: 'wait', history: [] });
    await begin('call', { count: 7 });
    expect((await ended(id)).history).toEqual(['wait received', 'after completed']);
    expect([await count('_timers'), await count('_workflow_waits')]).toEqual([0, 0]);
  });

  test('for an event that does not come ends with its time', async () => {
    const { id } = await begin('event', { count: 9 });
    await engine.settled();
    await engine.hurry();
    expect((await ended(id)).history).toEqual(['wait timed_out', 'late completed']);
    expect(await count('_workflow_waits')).toBe(0);
  });
});

describe('branches', () => {
  test('of which any will do give up the others', async () => {
    const { id } = await begin('any');
    expect((await ended(id)).history).toEqual(['go completed', 'fork joined', 'after completed']);
    expect(await count('_workflow_approvals', `record_id = '${id}' AND status = 'cancelled'`)).toBe(1);
    expect([await count('_timers'), await count('_workflow_waits')]).toEqual([0, 0]);
  });

  test('are all waited for', async () => {
    const { id, now } = await begin('all');
    await engine.settled();
    expect(await now()).toMatchObject({ status: 'waiting', step: 'ask', history: ['go completed'] });
    expect([await count('_timers'), await count('_workflow_waits')]).toEqual([2, 1]);
    await engine.hurry();
    const { history } = await ended(id);
    expect(history.slice(0, 3).sort()).toEqual(['ask timed_out', 'go completed', 'pause timed_out']);
    expect(history.slice(3)).toEqual(['fork joined', 'after completed']);
    expect(engine.failures).toEqual([]);
  });
});
