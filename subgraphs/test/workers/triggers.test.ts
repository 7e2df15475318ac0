/** What starts workflows. Each event is handled three times at once, and counts once. */
import { readStream } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handleEvent } from '../../src/workers/workflows/handle-event.ts';
import {
  act,
  CREATED,
  LOG,
  log,
  send,
  TASK,
  workflow,
  workflowDocument,
} from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';
import { callerWith, entity } from '../support/write-app.ts';

const ORDER = entity('order', [
  { name: 'status', type: 'string' },
  { name: 'note', type: 'text' },
]);
const change = (type: string, more: object = {}) => ({ type, entity: 'task', ...more });
const done = [act('done', [])];

const DOCUMENT = workflowDocument(
  [
    workflow('opened', change('state_change', { field: 'status', from: ['new', 'held'], to: 'open' }), done),
    workflow(
      'urgent',
      change('state_change', {
        field: 'status',
        to: 'open',
        condition: "record.title == 'urgent' && user.id == 'u-7'",
      }),
      done,
    ),
    workflow('divides', change('state_change', { field: 'count', condition: '1 / record.count > 0' }), done),
    workflow('created', change('record_created', { condition: "record.title == 'first'" }), done),
    workflow('retitled', change('record_updated', { fields: ['title'] }), done, {
      context: { old: 'trigger.old.title', now: 'record.title', who: 'trigger.user.id' },
    }),
    workflow('deleted', change('record_deleted'), done, {
      context: { title: 'record.title', action: 'trigger.action' },
    }),
    workflow('idle', CREATED, done, { active: false }),
    workflow('sender', change('record_created', { condition: "record.title == 'send'" }), [
      act('send', [send('greeted', { expression: 'trigger.record' })]),
    ]),
    workflow(
      'receiver',
      { type: 'event', event: 'greeted', condition: "payload.title == 'send'" },
      [act('log', [log('greeted')])],
      { context: { title: 'trigger.payload.title' } },
    ),
    workflow('refuses', { type: 'event', event: 'greeted', condition: "payload.title == 'other'" }, done),
    workflow('paid', { type: 'event', event: 'paid' }, done, {
      context: { note: 'trigger.payload.note', status: 'trigger.payload.status' },
    }),
  ],
  {
    entities: [TASK, LOG, ORDER],
    state_machines: [
      {
        ...{ name: 'order_status', entity: 'order', field: 'status' },
        definition: {
          initial: 'open',
          transitions: [{ from: 'open', to: 'paid', actions: [{ type: 'send_event', event: 'paid' }] }],
        },
      },
    ],
  },
);

let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT, { times: 3 });
});

afterAll(() => engine.dispose());

/** Those of the workflow that `work` has started. */
async function started(name: string, work: () => Promise<unknown>) {
  const before = new Set((await engine.instances()).map(({ id }) => id));
  await work();
  await engine.settled();
  expect(engine.failures).toEqual([]);
  return (await engine.instances()).filter(({ id, workflow: of }) => of === name && !before.has(id));
}

describe('a change of a field', () => {
  test('starts from the values that are named', async () => {
    const id = await engine.create('task', { status: 'closed' });
    const reopen = () => engine.update('task', id, { status: 'open' });
    await expect(started('opened', reopen)).resolves.toEqual([]);
    await engine.update('task', id, { status: 'held' });
    await expect(started('opened', reopen)).resolves.toMatchObject([
      { status: 'completed', context: { record_id: id }, history: ['done completed'] },
    ]);
    await expect(started('opened', () => engine.update('task', id, { title: 'x' }))).resolves.toEqual([]);
  });

  test('starts where the condition holds for who has made it', async () => {
    const open = (title: string, user: string) =>
      started('urgent', () =>
        engine.create('task', { title, status: 'open' }, { ...callerWith([], user), isAdmin: true }),
      );
    expect(await open('urgent', 'u-7')).toHaveLength(1);
    expect(await open('urgent', 'u-8')).toHaveLength(0);
    expect(await open('slow', 'u-7')).toHaveLength(0);
  });

  test('makes an instance that has failed where the condition has no value', async () => {
    const made = await started('divides', () => engine.create('task', { count: 0 }));
    expect(made).toMatchObject([
      { status: 'failed', error: expect.stringContaining('zero'), history: ['done failed'] },
    ]);
  });
});

describe('a record', () => {
  test('that is created starts where the condition holds, and nothing that is not active', async () => {
    expect(await started('created', () => engine.create('task', { title: 'first' }))).toHaveLength(1);
    expect(await started('created', () => engine.create('task', { title: 'second' }))).toHaveLength(0);
    expect((await engine.instances()).filter(({ workflow: of }) => of === 'idle')).toEqual([]);
  });

  test('that is updated starts when one of the fields has changed', async () => {
    const id = await engine.create('task', { title: 'a' });
    const update = (input: object) => started('retitled', () => engine.update('task', id, { ...input }));
    expect(await update({ status: 'odd' })).toEqual([]);
    expect(await update({ title: 'a' })).toEqual([]);
    expect(await update({ title: 'b' })).toMatchObject([{ context: { old: 'a', now: 'b', who: 'u-admin' } }]);
  });

  test('that is deleted starts with what it was', async () => {
    const id = await engine.create('task', { title: 'gone' });
    const made = await started('deleted', () => engine.remove('task', id));
    expect(made).toMatchObject([{ status: 'completed', context: { title: 'gone', action: 'delete' } }]);
  });
});

describe('an event', () => {
  test('of another workflow starts once', async () => {
    const made = await started('receiver', () => engine.create('task', { title: 'send' }));
    expect(made).toMatchObject([{ status: 'completed', context: { title: 'send' } }]);
    expect((await engine.instances()).filter(({ workflow: of }) => of === 'refuses')).toEqual([]);
    expect(await engine.rows("SELECT count(*)::int FROM logs WHERE text = 'greeted'")).toEqual([[1]]);
  });

  test.each([
    ['of a transition starts once, with the record', 20],
    ['of a transition starts with a record that is too large for the stream', 1_200_000],
  ])('%s', async (_, length) => {
    const note = 'n'.repeat(length);
    const id = await engine.create('order', { note, status: 'open' });
    const made = await started('paid', () => engine.update('order', id, { status: 'paid' }));
    expect(made).toHaveLength(1);
    expect(made[0]?.context['status']).toBe('paid');
    expect(String(made[0]?.context['note']).length).toBe(length);
  });
});

test('a change that came without its record, which is not stored any more, is not passed over', async () => {
  const of = { app: 'test_app', entity: 'task', op: 'create', key: 'k', version: 1, actor: null, tags: [] };
  const late = { id: '999999', epoch: 1, at: '2026-01-01T00:00:00Z', omitted: true };
  const gone = JSON.stringify({ v: 1, ...of, ...late, changed: [], record: null, previous: null });
  await expect(handleEvent(engine.app(), readStream(gone))).rejects.toThrow(
    'is not kept in the outbox any more',
  );
});
