/** Workflows that are started by a mutation. */

import type { Caller } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { act, workflow, workflowDocument } from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';
import { ADMIN, callerWith } from '../support/write-app.ts';

const done = [act('done', [])];
const manual = (more: object = {}) => ({ type: 'manual', ...more });

const DOCUMENT = workflowDocument(
  [
    workflow('roles', manual({ entity: 'task', roles: ['Clerk'] }), done, {
      context: { record_id: 'record_id', why: 'trigger.input.why', title: 'record.title' },
    }),
    workflow('policy', manual({ entity: 'task' }), done),
    workflow('alone', manual(), done),
    workflow('idle', manual(), done, { active: false }),
    workflow('automatic', { type: 'event', event: 'x' }, done),
  ],
  {
    permissions: [
      { entity: 'task', action: 'read', roles: ['clerk', 'editor', 'reader'] },
      {
        ...{ entity: 'task', action: 'update', roles: ['editor'] },
        conditions: [{ field: 'status', operator: 'eq', value: 'new' }],
      },
    ],
  },
);

let engine: WorkflowEngine;
let task: string;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
  task = await engine.create('task', { title: 'it' });
});

afterAll(() => engine.dispose());

const CLERK = callerWith(['clerk'], 'u-clerk');
const EDITOR = callerWith(['EDITOR'], 'u-editor');
const NOBODY: Caller = { userId: null, email: null, roles: [], isAdmin: false };

function start(caller: Caller, name: string, recordId: string | null = task, input: unknown = null) {
  return engine.commands().start(caller, { workflow: name, recordId, input: input as never });
}

describe('a start by hand', () => {
  test('is for those who have one of the roles, and says who it was', async () => {
    const result = await start(CLERK, 'roles', task, { why: 'so' });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    await engine.settled();
    expect((await engine.instances()).find(({ id }) => id === result.key)).toMatchObject({
      ...{ status: 'completed', context: { record_id: task, why: 'so', title: 'it' } },
    });
    const by = 'SELECT started_by, record_id, entity FROM _workflow_instances WHERE id = $1::uuid';
    expect(await engine.rows(by, [result.key])).toEqual([['u-clerk', task, 'task']]);
    await expect(start(EDITOR, 'roles')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(start(ADMIN, 'roles')).resolves.toMatchObject({ ok: true });
  });

  test('is for those who may update the record where no roles are named', async () => {
    await expect(start(EDITOR, 'policy')).resolves.toMatchObject({ ok: true });
    await expect(start(CLERK, 'policy')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const closed = await engine.create('task', { status: 'closed' });
    await expect(start(EDITOR, 'policy', closed)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is for administrators alone where there is no record', async () => {
    await expect(start(ADMIN, 'alone', null)).resolves.toMatchObject({ ok: true });
    await expect(start(EDITOR, 'alone', null)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(start(NOBODY, 'alone', null)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each([
    ['a workflow that is none', 'other', null, 'NOT_FOUND', 'workflow'],
    ['one that is not active', 'idle', null, 'NOT_FOUND', 'workflow'],
    ['one that begins by itself', 'automatic', null, 'NOT_FOUND', 'workflow'],
    ['no record where one is needed', 'policy', null, 'VALIDATION_FAILED', 'recordId'],
    ['a record where none is meant', 'alone', '1', 'VALIDATION_FAILED', 'recordId'],
    ['a record that is not there', 'policy', '0'.repeat(32), 'NOT_FOUND', 'recordId'],
    ['what is no key', 'policy', 'no-uuid', 'NOT_FOUND', 'recordId'],
  ])('is refused for %s', async (_, name, recordId, code, path) => {
    await expect(start(ADMIN, name, recordId)).resolves.toMatchObject({ errors: [{ code, path: [path] }] });
  });

  test('does not know a record that the caller may not read', async () => {
    await expect(start(callerWith(['other']), 'roles')).resolves.toMatchObject({
      errors: [{ code: 'NOT_FOUND' }],
    });
  });

  test.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', '\ud800'],
  ])('is refused with input that cannot be kept: %s', async (_, text) => {
    for (const input of [text, { deep: [text] }, { [text]: 1 }])
      await expect(start(ADMIN, 'alone', null, input)).resolves.toMatchObject({
        errors: [{ code: 'VALIDATION_FAILED', path: ['input'] }],
      });
  });
});
