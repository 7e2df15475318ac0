/** Decisions that come at the moment at which their time is over. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  act,
  approval,
  CREATED,
  log,
  MANAGER,
  workflow,
  workflowDocument,
} from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';

const RACES = 50;
const DOCUMENT = workflowDocument([
  workflow('role', CREATED, [
    approval('ask', { timeout: '48h', on_approve: 'yes', on_reject: 'no', on_timeout: 'late' }),
    ...['yes', 'no', 'late'].map((id) => act(id, [log(id)])),
  ]),
]);

let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
});

afterAll(() => engine.dispose());

const decide = (approvalId: string) =>
  engine.commands().decide(MANAGER, { approvalId, approve: true, comment: null });

test('a decision and the end of its time at the same moment have one outcome', async () => {
  const all = await Promise.all(Array.from({ length: RACES }, () => engine.create('task', {})));
  await engine.settled();
  const waiting = (await engine.approvals()).map(({ id }) => id);
  expect(waiting).toHaveLength(RACES);
  const [, ...results] = await Promise.all([engine.hurry(), ...waiting.map((id) => decide(id))]);
  await engine.when(async () => {
    const open = "SELECT 1 FROM _workflow_approvals WHERE status = 'pending' AND id = ANY ($1::uuid[])";
    return (await engine.rows(open, [waiting])).length === 0;
  });
  await engine.settled();
  const histories = (await engine.instances())
    .filter(({ context }) => all.includes(String(context['record_id'])))
    .map(({ history, status }) => `${status}: ${history.join(', ')}`);
  const approved = histories.filter((each) => each === 'completed: ask approved, yes completed');
  const late = histories.filter((each) => each === 'completed: ask timed_out, late completed');
  expect(approved.length + late.length).toBe(RACES);
  expect(approved.length).toBe(results.filter(({ ok }) => ok).length);
  expect(engine.failures).toEqual([]);
});
