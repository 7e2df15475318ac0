/** What mutations of workflows command, and how they answer. */
import { RocketError } from '@rocket/schema';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WorkflowCommands } from '../../src/operation/workflow-commands.ts';
import type { WriteResult } from '../../src/write/write-result.ts';
import { approvalId, createDeskApp, instanceId } from '../support/desk-app.ts';
import type { ReadApp } from '../support/read-app.ts';
import { ADMIN } from '../support/write-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createDeskApp();
});
afterAll(() => app?.dispose());

const ok = (key: string): WriteResult => ({ ok: true, key });
let commands: unknown[];
beforeEach(() => {
  commands = [];
});

const workflows: WorkflowCommands = {
  decide: async (_caller, of) => noted('decide', of, ok(of.approvalId)),
  reassign: async (_caller, of) => noted('reassign', of, ok(of.approvalId)),
  cancel: async (_caller, of) => noted('cancel', of, ok(of.instanceId)),
  retry: async () => {
    throw new RocketError('FORBIDDEN', 'Not yours');
  },
  start: async (_caller, of) => noted('start', of, ok(instanceId(1))),
};

function noted(name: string, of: unknown, result: WriteResult): WriteResult {
  commands.push([name, of]);
  return result;
}

const APPROVAL = approvalId(1);
const INSTANCE = instanceId(1);
const readApproval = '{ workflowApproval { id instance { id } } errors { code path } }';
const readInstance = '{ workflowInstance { id status } errors { code path } }';
const asked = { workflowApproval: { id: APPROVAL, instance: { id: INSTANCE } }, errors: [] };
const running = { workflowInstance: { id: INSTANCE, status: 'WAITING' }, errors: [] };

it.each([
  [
    `approveStep(id: "${APPROVAL}", comment: "fine")`,
    readApproval,
    asked,
    ['decide', { approvalId: APPROVAL, approve: true, comment: 'fine' }],
  ],
  [
    `rejectStep(id: "${APPROVAL}")`,
    readApproval,
    asked,
    ['decide', { approvalId: APPROVAL, approve: false, comment: null }],
  ],
  [
    `reassignStep(id: "${APPROVAL}", role: "Boss")`,
    readApproval,
    asked,
    ['reassign', { approvalId: APPROVAL, role: 'Boss', userId: null, comment: null }],
  ],
  [
    `cancelWorkflow(id: "${INSTANCE}")`,
    readInstance,
    running,
    ['cancel', { instanceId: INSTANCE, comment: null }],
  ],
  [
    `startWorkflow(workflow: "w", recordId: 7, input: { a: [1, "x"] })`,
    readInstance,
    running,
    ['start', { workflow: 'w', recordId: '7', input: { a: [1, 'x'] } }],
  ],
])('%s', async (field, selection, answer, command) => {
  const { data, errors } = await app.ask(`mutation { it: ${field} ${selection} }`, { workflows });
  expect(errors).toEqual([]);
  expect(data).toEqual({ it: answer });
  expect(commands).toEqual([command]);
});

it('answers with the errors of a command that is refused', async () => {
  const errors = [{ code: 'NOT_FOUND', message: 'There is none', path: ['id'], rule: null }] as const;
  const refusing: WorkflowCommands = { ...workflows, decide: async () => ({ ok: false, errors }) };
  const mutation = `mutation { approveStep(id: "x") ${readApproval} }`;
  const { data } = await app.ask(mutation, { workflows: refusing });
  expect(data).toEqual({
    approveStep: { workflowApproval: null, errors: [{ code: 'NOT_FOUND', path: ['id'] }] },
  });
});

it('is null with an error for who may not do it', async () => {
  const mutation = `mutation { retryWorkflow(id: "${INSTANCE}") ${readInstance} }`;
  const { data, errors } = await app.ask(mutation, { workflows, caller: { ...ADMIN, isAdmin: false } });
  expect(data).toEqual({ retryWorkflow: null });
  expect(errors).toMatchObject([{ code: 'FORBIDDEN', path: 'retryWorkflow' }]);
});

it('does not start with an input that cannot be stored', async () => {
  const { data } = await app.ask(
    'mutation($input: JSON) { startWorkflow(workflow: "w", input: $input) { errors { code path rule } } }',
    { workflows, variables: { input: { a: 'x\u0000' } } },
  );
  expect(data).toEqual({
    startWorkflow: { errors: [{ code: 'VALIDATION_FAILED', path: ['input'], rule: 'type' }] },
  });
  expect(commands).toEqual([]);
});
