/** Approvals: whom they wait for, and who may decide them, once. */

import type { Caller } from '@rocket/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  act,
  approval,
  CREATED,
  log,
  MANAGER,
  TASK,
  workflow,
  workflowDocument,
} from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';
import { ADMIN, callerWith, entity } from '../support/write-app.ts';

const BOSS = '00000000-0000-4000-8000-0000000000b0';
const text = (name: string) => ({ name, type: 'string' });
const titled = (title: string, steps: readonly object[]) =>
  workflow(title, { ...CREATED, condition: `record.title == '${title}'` }, steps);

const DOCUMENT = workflowDocument(
  [
    titled('role', [
      approval('ask', {
        ...{ assignee: { type: 'role', role: 'MANAGER' }, timeout: '48h' },
        ...{ on_approve: 'yes', on_reject: 'no', on_timeout: 'late' },
      }),
      ...['yes', 'no', 'late'].map((id) => act(id, [log(id)])),
    ]),
    titled('fixed', [approval('ask', { assignee: { type: 'fixed', user: 'Boss@Example.org' } })]),
    titled('unknown', [approval('ask', { assignee: { type: 'fixed', user: 'nobody@example.org' } })]),
    workflow('relation', { type: 'record_created', entity: 'request' }, [
      approval('ask', { assignee: { type: 'relation', path: 'team.lead' } }),
    ]),
    workflow('profile', { type: 'record_created', entity: 'team', condition: "record.name == 'profiled'" }, [
      approval('ask', { assignee: { type: 'relation', path: 'profile.owner' } }),
    ]),
  ],
  {
    entities: [
      TASK,
      entity('log', [text('text'), { name: 'at', type: 'timestamp' }]),
      entity('team', [text('name'), text('lead')]),
      entity('request', [{ name: 'team_id', type: 'uuid' }]),
      entity('profile', [{ name: 'team_id', type: 'uuid' }, text('owner')]),
    ],
    relations: [
      { name: 'team', type: 'one_to_many', source: 'team', target: 'request', target_key: 'team_id' },
      { name: 'profile', type: 'one_to_one', source: 'team', target: 'profile', target_key: 'team_id' },
    ],
  },
);

let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
  const columns = await engine.rows(
    "SELECT column_name FROM information_schema.columns WHERE table_name = '_users' AND is_nullable = 'NO' AND column_default IS NULL",
  );
  expect(columns.length).toBeGreaterThan(0);
  await engine.rows(userInsert(columns.flat().map(String)), [BOSS]);
});

afterAll(() => engine.dispose());

function userInsert(columns: readonly string[]): string {
  const value = (name: string) =>
    name === 'email'
      ? "'boss@example.org'"
      : name.endsWith('_at')
        ? 'now()'
        : name.includes('active')
          ? 'true'
          : "'x'";
  const others = columns.filter((name) => name !== 'id');
  return `INSERT INTO _users (id, ${others.join(', ')}) VALUES ($1::uuid, ${others.map(value).join(', ')})`;
}

async function pendingOf(recordId: string) {
  await engine.settled();
  const found = await engine.rows(
    'SELECT id, assignee_role, assignee_id, status FROM _workflow_approvals WHERE record_id = $1',
    [recordId],
  );
  return found.map(([id, role, user, status]) => ({ id: String(id), role, user, status }));
}

async function asked(title: string): Promise<{ readonly record: string; readonly approvalId: string }> {
  const record = await engine.create('task', { title }, { ...ADMIN, userId: 'u-starter' });
  const [pending] = await pendingOf(record);
  if (pending === undefined) throw new Error('Nobody is asked');
  return { record, approvalId: pending.id };
}

const decide = (caller: Caller, approvalId: string, approve = true, comment: string | null = null) =>
  engine.commands().decide(caller, { approvalId, approve, comment });
const reassign = (approvalId: string, to: { role?: string; userId?: string }) =>
  engine.commands().reassign(MANAGER, { approvalId, role: null, userId: null, comment: null, ...to });
const instanceOf = async (record: string) =>
  (await engine.instances()).find(({ context }) => context['record_id'] === record);

test('a user is named by e-mail in any case, and knows of nothing else', async () => {
  const { record, approvalId } = await asked('fixed');
  expect(await pendingOf(record)).toMatchObject([{ role: null, user: BOSS }]);
  await expect(decide(MANAGER, approvalId)).resolves.toMatchObject({ errors: [{ code: 'NOT_FOUND' }] });
  await expect(decide(callerWith([], BOSS), approvalId)).resolves.toMatchObject({ ok: true });
});

test('nobody fails the step', async () => {
  await engine.create('task', { title: 'unknown' });
  const { error } = await engine.until(
    ({ workflow: name, status }) => name === 'unknown' && status === 'failed',
  );
  expect(error).toBe('The assignee nobody@example.org is no user of the app');
});

test('a path leads to a user, and fails where it leads to nothing', async () => {
  const team = await engine.create('team', { lead: 'u-lead' });
  const lead = await pendingOf(await engine.create('request', { teamId: team }));
  expect(lead).toMatchObject([{ user: 'u-lead', status: 'pending' }]);
  for (const teamId of [null, await engine.create('team', {})]) {
    const request = await engine.create('request', { teamId });
    await engine.settled();
    expect(await instanceOf(request)).toMatchObject({
      ...{ status: 'failed', error: 'The assignee team.lead of the request is empty' },
    });
  }
});

test('a path leads along a relation whose key the other record holds', async () => {
  const { id } = { id: await engine.create('team', { name: 'plain' }) };
  await engine.create('profile', { teamId: id, owner: 'u-owner' });
  const started = await engine.create('team', { name: 'profiled' });
  await engine.settled();
  expect(await instanceOf(started)).toMatchObject({
    error: 'The assignee profile.owner of the team is empty',
  });
  await engine.create('profile', { teamId: started, owner: 'u-owner' });
  await engine.commands().retry(ADMIN, { instanceId: (await instanceOf(started))?.id ?? '', comment: null });
  expect(await pendingOf(started)).toMatchObject([{ user: 'u-owner' }]);
});

test('who has started it sees it, but does not decide', async () => {
  const { record, approvalId } = await asked('role');
  expect(await pendingOf(record)).toMatchObject([{ role: 'manager' }]);
  await expect(decide(callerWith([], 'u-starter'), approvalId)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(decide(callerWith(['other'], 'u-x'), approvalId)).resolves.toMatchObject({
    errors: [{ code: 'NOT_FOUND' }],
  });
  await expect(decide(MANAGER, 'no id')).resolves.toMatchObject({ errors: [{ code: 'NOT_FOUND' }] });
  await expect(decide(MANAGER, approvalId, false)).resolves.toMatchObject({ ok: true, key: approvalId });
  await expect(decide(MANAGER, approvalId)).resolves.toMatchObject({ errors: [{ code: 'INVALID_STATE' }] });
  await engine.settled();
  expect((await instanceOf(record))?.history).toEqual(['ask rejected', 'no completed']);
  expect(await engine.rows('SELECT count(*)::int FROM _timers')).toEqual([[0]]);
});

test('comments are kept, and bounded', async () => {
  const { approvalId } = await asked('role');
  for (const comment of ['x'.repeat(4_001), 'a\0'])
    await expect(decide(MANAGER, approvalId, true, comment)).resolves.toMatchObject({
      errors: [{ code: 'VALIDATION_FAILED', path: ['comment'] }],
    });
  await expect(decide(MANAGER, approvalId, true, 'x'.repeat(4_000))).resolves.toMatchObject({ ok: true });
  const kept = 'SELECT length(comment), decided_by FROM _workflow_approvals WHERE id = $1::uuid';
  expect(await engine.rows(kept, [approvalId])).toEqual([[4_000, 'u-boss']]);
});

test('it is given to others, who decide then', async () => {
  const { record, approvalId } = await asked('role');
  for (const to of [{}, { role: 'a', userId: 'b' }, { role: ' ' }, { userId: 'nobody@example.org' }])
    await expect(reassign(approvalId, to)).resolves.toMatchObject({
      errors: [{ code: 'VALIDATION_FAILED' }],
    });
  await expect(reassign(approvalId, { userId: 'boss@example.org' })).resolves.toMatchObject({ ok: true });
  expect(await pendingOf(record)).toMatchObject([{ role: null, user: BOSS }]);
  await expect(decide(MANAGER, approvalId)).resolves.toMatchObject({ ok: false });
  await expect(decide(callerWith([], BOSS), approvalId)).resolves.toMatchObject({ ok: true });
  await engine.settled();
  expect((await instanceOf(record))?.history).toEqual(['ask reassigned', 'ask approved', 'yes completed']);
});
