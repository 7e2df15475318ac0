/** Rocket's own example of a workflow, from the creation of a request to its end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { THEN } from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';
import { callerWith, entity } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    entity('leave_request', [
      { name: 'days', type: 'int', required: true },
      { name: 'status', type: 'string', default: 'pending' },
    ]),
  ],
  permissions: [{ entity: 'leave_request', action: 'read', roles: ['employee'] }],
  workflows: [
    {
      name: 'leave_approval',
      active: true,
      trigger: { type: 'state_change', entity: 'leave_request', field: 'status', to: 'pending' },
      context: { record_id: 'trigger.record_id', days: 'record.days' },
      steps: [
        {
          ...{ id: 'check', type: 'condition', expression: 'context.days > 5' },
          ...{ on_true: { goto: 'boss' }, on_false: { goto: 'ok' } },
        },
        {
          ...{ id: 'boss', type: 'approval', assignee: { type: 'role', role: 'Manager' }, timeout: '48h' },
          ...{ on_approve: { goto: 'ok' }, on_reject: 'end', on_timeout: { goto: 'ok' } },
        },
        {
          ...{ id: 'ok', type: 'action', [THEN]: 'end' },
          actions: [
            {
              ...{ type: 'set_field', entity: 'leave_request', record_id: 'context.record_id' },
              ...{ field: 'status', value: 'approved' },
            },
          ],
        },
      ],
    },
  ],
};

const MANAGER = callerWith(['manager'], 'u-boss');
let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
});

afterAll(() => engine.dispose());

async function pending(): Promise<string> {
  const [approval] = (await engine.approvals()).filter(({ status }) => status === 'pending');
  if (approval === undefined) throw new Error('Nothing waits');
  return approval.id;
}

const statusOf = async (id: string) => {
  const [row] = await engine.rows('SELECT status FROM leave_requests WHERE id = $1::uuid', [id]);
  return row?.[0];
};

describe('leave_approval', () => {
  test('approves a short leave by itself', async () => {
    const id = await engine.create('leave_request', { days: 2 });
    const ended = await engine.until(({ status }) => status === 'completed');
    expect(ended).toMatchObject({ step: null, context: { record_id: id, days: 2 }, error: null });
    expect(ended.history).toEqual(['check on_false', 'ok completed']);
    expect(await statusOf(id)).toBe('approved');
  });

  test('waits for a manager for a long one, who decides once', async () => {
    const id = await engine.create('leave_request', { days: 10 });
    await engine.until(({ status, step }) => status === 'waiting' && step === 'boss');
    const approvalId = await pending();
    const decision = { approvalId, approve: true, comment: 'have fun' };
    await expect(engine.commands().decide(callerWith(['employee'], 'u-2'), decision)).resolves.toMatchObject({
      ok: false,
      errors: [{ code: 'NOT_FOUND' }],
    });
    const results = await Promise.all([
      engine.commands().decide(MANAGER, decision),
      engine.commands().decide(MANAGER, { ...decision, approve: false }),
    ]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.find(({ ok }) => !ok)).toMatchObject({ errors: [{ code: 'INVALID_STATE' }] });
    await engine.settled();
    const [, ended] = await engine.instances();
    const isApproved = results[0]?.ok === true;
    expect(ended?.history).toEqual(
      isApproved ? ['check on_true', 'boss approved', 'ok completed'] : ['check on_true', 'boss rejected'],
    );
    expect(await statusOf(id)).toBe(isApproved ? 'approved' : 'pending');
    expect(engine.failures).toEqual([]);
  });
});
