/** Instances that fail, are retried or cancelled, and those whose document has changed under them. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { advanceInstance } from '../../src/workers/workflows/instance/advance-instance.ts';
import {
  act,
  approval,
  CREATED,
  log,
  setTask,
  step,
  THEN,
  workflow,
  workflowDocument,
} from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';
import type { StoredInstance } from '../support/workflow-rows.ts';
import { ADMIN, callerWith } from '../support/write-app.ts';

const titled = (title: string, steps: readonly object[]) =>
  workflow(title, { ...CREATED, condition: `record.title == '${title}'` }, steps);
const RULE = {
  ...{ entity: 'task', hook: 'before_write', type: 'expression' },
  definition: { expression: "record.status == 'bad'", message: 'It is bad' },
};
const BOTH = [
  step('fork', 'parallel', { branches: ['ask', 'set'], [THEN]: 'after' }),
  approval('ask', { timeout: '1h', on_timeout: 'late' }),
  act('late', [log('late')]),
  act('set', [log('set'), setTask('status', 'bad')]),
  act('after', []),
];
const documentOf = (workflows: readonly object[], rules: readonly object[] = [RULE]) =>
  workflowDocument(workflows, { rules });
const DOCUMENT = documentOf([
  titled('both', BOTH),
  titled('waits', [step('wait', 'wait', { duration: '1h', [THEN]: 'after' }), act('after', [log('old')])]),
]);
/** The same workflows without the rule. */
const RELAXED = documentOf([titled('both', BOTH)], []);
const CHANGED = documentOf([titled('waits', [act('other', [log('new')])])]);

let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
});

beforeEach(async () => {
  engine.serve(DOCUMENT);
  const all =
    '_workflow_instances, _workflow_history, _workflow_approvals, _workflow_waits, _timers, logs, tasks';
  await engine.rows(`TRUNCATE ${all}`);
});

afterAll(() => engine.dispose());

async function begun(title: string): Promise<StoredInstance> {
  await engine.create('task', { title });
  await engine.settled();
  expect(engine.failures).toEqual([]);
  return await engine.until(({ workflow: name }) => name === title);
}

const of = (instanceId: string) => ({ instanceId, comment: null });
const held = async () => (await engine.rows('SELECT held FROM _timers')).flat();
const statusesOf = async () => (await engine.approvals()).map(({ status }) => status);
const logs = async () => (await engine.rows('SELECT text FROM logs')).flat();

test('a step that fails keeps the others where they are, until it is retried', async () => {
  const failed = await begun('both');
  expect(failed).toMatchObject({ status: 'failed', error: 'update_record task: status: It is bad' });
  expect([await held(), await statusesOf(), await logs()]).toEqual([[true], ['pending'], []]);
  const [approvalId = ''] = (await engine.approvals()).map(({ id }) => id);
  const decision = { approvalId, approve: true, comment: null };
  await expect(engine.commands().decide(ADMIN, decision)).resolves.toMatchObject({
    errors: [{ code: 'INVALID_STATE' }],
  });
  await engine.rows('UPDATE _timers SET due_at = clock_timestamp()');
  engine.timers.wakeIn(0);
  await engine.settled();
  expect(await held()).toEqual([true]);

  engine.serve(RELAXED);
  await expect(engine.commands().retry(callerWith(['manager']), of(failed.id))).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  await expect(engine.commands().retry(ADMIN, of(failed.id))).resolves.toMatchObject({ ok: true });
  await engine.hurry();
  const ended = await engine.until(({ status }) => status === 'completed');
  expect(ended.error).toBe(null);
  expect([...ended.history].sort()).toEqual(
    [
      'after completed',
      'ask timed_out',
      'fork joined',
      'late completed',
      'set completed',
      'set failed',
      'set retried',
    ].sort(),
  );
  expect([await held(), await statusesOf(), (await logs()).sort()]).toEqual([
    [],
    ['timed_out'],
    ['late', 'set'],
  ]);
  await expect(engine.commands().retry(ADMIN, of(failed.id))).resolves.toMatchObject({
    errors: [{ code: 'INVALID_STATE' }],
  });
});

test('a step that fails again says so again', async () => {
  const { id } = await begun('both');
  await engine.commands().retry(ADMIN, of(id));
  await engine.settled();
  const [again] = await engine.instances();
  expect(again).toMatchObject({ status: 'failed', history: ['set failed', 'set retried', 'set failed'] });
  expect(await held()).toEqual([true]);
});

test('one that is cancelled leaves nothing that waits', async () => {
  for (const title of ['both', 'waits']) {
    const { id } = await begun(title);
    await expect(engine.commands().cancel(callerWith(['other']), of(id))).resolves.toMatchObject({
      ok: false,
    });
    await expect(engine.commands().cancel(ADMIN, of(id))).resolves.toMatchObject({ ok: true, key: id });
    await engine.settled();
    const cancelled = (await engine.instances()).find((each) => each.id === id);
    expect(cancelled?.status).toBe('cancelled');
    expect(cancelled?.history.at(-1)).toMatch(/cancelled$/);
    expect([await held(), await statusesOf()]).toEqual([[], ['cancelled']]);
    await expect(engine.commands().cancel(ADMIN, of(id))).resolves.toMatchObject({
      errors: [{ code: 'INVALID_STATE' }],
    });
    await expect(engine.commands().retry(ADMIN, of(id))).resolves.toMatchObject({ ok: false });
  }
  await expect(engine.commands().cancel(ADMIN, of('none'))).resolves.toMatchObject({
    errors: [{ code: 'NOT_FOUND' }],
  });
});

test.each([
  ['whose workflow has changed goes on by the one that it began with', CHANGED],
  ['whose document has no workflows any more goes on too', workflowDocument([])],
])('one %s', async (_, document) => {
  const { id } = await begun('waits');
  engine.serve(document);
  await engine.hurry();
  const ended = await engine.until((each) => each.id === id && each.status === 'completed');
  expect(ended.history).toEqual(['wait waited', 'after completed']);
  expect(await logs()).toEqual(['old']);
});

test('one whose entity is gone fails with the reason, and is cancelled like any', async () => {
  const { id } = await begun('waits');
  engine.serve({ version: 1, entities: [], workflows: [] });
  await engine.hurry();
  const failed = await engine.until((each) => each.id === id && each.status === 'failed');
  expect(failed.error).toBe('The step that waited does not wait any more');
  engine.serve(DOCUMENT);
  await expect(engine.commands().cancel(ADMIN, of(id))).resolves.toMatchObject({ ok: true });
});

test('a step that somebody else has run meanwhile is not noted as failed', async () => {
  // Three who run the same step at once: whoever comes later finds another step, or an end.
  const { id } = await begun('both');
  engine.serve(RELAXED);
  await engine.commands().retry(ADMIN, of(id));
  const [[version] = []] = await engine.rows('SELECT _version FROM _workflow_instances WHERE id = $1', [id]);
  await Promise.allSettled([1, 2, 3].map(() => advanceInstance(engine.app(), id, Number(version))));
  await engine.settled();
  const [instance] = await engine.instances();
  expect(instance).toMatchObject({
    status: 'waiting',
    history: ['set failed', 'set retried', 'set completed'],
  });
  expect(await logs()).toEqual(['set']);
});
