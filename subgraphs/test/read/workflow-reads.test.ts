/** Instances and approvals of workflows, as callers read them. */
import { accessScope, type Caller } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWritePipeline } from '../../src/write/pipeline.ts';
import { ANN, approvalId, BEN, createDeskApp, instanceId } from '../support/desk-app.ts';
import type { ReadApp } from '../support/read-app.ts';
import { ADMIN, callerWith, LOGGER, WEBHOOKS } from '../support/write-app.ts';

let app: ReadApp;
beforeAll(async () => {
  app = await createDeskApp();
});
afterAll(() => app?.dispose());

const NOBODY: Caller = { userId: null, email: null, roles: [], isAdmin: false };
const CASHIER = 'c0000000-0000-4000-8000-000000000009';

async function data(fields: string, caller: Caller = ADMIN): Promise<Record<string, unknown>> {
  const { data: found, errors } = await app.ask(`{ ${fields} }`, { caller });
  expect(errors).toEqual([]);
  return found ?? {};
}

async function numbersOf(field: string, caller: Caller = ADMIN): Promise<number[]> {
  const { found } = await data(`found: ${field} { id }`, caller);
  return (found as { id: string }[]).map(({ id }) => Number(id.slice(-1)));
}

describe('instances', () => {
  it('are found by filters, in an order, by pages', async () => {
    const where = '{ status: { in: [WAITING, FAILED] } }';
    expect(await numbersOf(`workflowInstances(where: ${where}, orderBy: { startedAt: DESC })`)).toEqual([
      4, 3, 1,
    ]);
    expect(await numbersOf('workflowInstances(limit: 2, offset: 1)')).toEqual([2, 3]);
    expect(
      await numbersOf('workflowInstances(where: { approvals: { some: { status: { eq: APPROVED } } } })'),
    ).toEqual([2]);
    expect(
      await numbersOf('workflowInstances(where: { history: { none: { id: { isNull: false } } } })'),
    ).toEqual([3, 4]);
    const { pages } = await data(
      `pages: workflowInstancesConnection(first: 1) { totalCount nodes { status context version } }`,
    );
    expect(pages).toEqual({
      totalCount: 4,
      nodes: [{ status: 'WAITING', context: { amount: 1.5 }, version: 1 }],
    });
    const counted = await data(
      `workflowInstancesAggregate { count max { startedAt } }
       workflowInstancesGroupBy(by: [{ field: status }]) { key { status } count }`,
    );
    expect(counted['workflowInstancesAggregate']).toMatchObject({ count: 4 });
    expect(counted['workflowInstancesGroupBy']).toContainEqual({ key: { status: 'WAITING' }, count: 2 });
  });

  it('lead to their approvals and their history, and approvals to their instance', async () => {
    const { workflowInstance } = await data(
      `workflowInstance(id: "${instanceId(1)}") {
        history { status type } historyAggregate { count } historyConnection(last: 1) { nodes { status } }
        approvals { id assigneeRole instance { id } }
      }`,
    );
    expect(workflowInstance).toEqual({
      history: [
        { status: 'COMPLETED', type: 'approval' },
        { status: 'ON_TRUE', type: 'approval' },
      ],
      historyAggregate: { count: 2 },
      historyConnection: { nodes: [{ status: 'ON_TRUE' }] },
      approvals: [{ id: approvalId(1), assigneeRole: 'supervisor', instance: { id: instanceId(1) } }],
    });
  });

  it.each<[string, Caller, number[]]>([
    ['admins', ADMIN, [1, 2, 3, 4]],
    ['roles that read all records of the entity', callerWith(['AGENT'], CASHIER), [1, 2, 3]],
    ['roles that a workflow asks', callerWith(['cashier'], CASHIER), [3, 4]],
    ['who has started them', callerWith([], ANN), [2]],
    ['nobody else', callerWith(['other'], CASHIER), []],
    ['nobody who is not signed in', NOBODY, []],
  ])('are seen by %s', async (_who, caller, numbers) => {
    expect(await numbersOf('workflowInstances', caller)).toEqual(numbers);
  });

  it('show their history to who sees them, and no approvals of others', async () => {
    const { workflowInstances } = await data(
      'workflowInstances { history { status } approvals { id } }',
      callerWith(['agent'], CASHIER),
    );
    expect(workflowInstances).toEqual([
      { history: [{ status: 'COMPLETED' }, { status: 'ON_TRUE' }], approvals: [] },
      { history: [{ status: 'APPROVED' }], approvals: [] },
      { history: [], approvals: [] },
    ]);
  });
});

describe('pending approvals', () => {
  it.each<[string, Caller, number[], number[]]>([
    ['a role', callerWith(['SuperVisor'], CASHIER), [1], [1]],
    ['a user', callerWith([], ANN), [4], [4]],
    ['a role and a user', callerWith(['cashier'], BEN), [3, 5], [3, 5]],
    ['an admin', ADMIN, [], [1, 3, 4, 5]],
    ['an admin with a role', { ...ADMIN, roles: ['cashier'] }, [3], [1, 3, 4, 5]],
    ['who has none', callerWith(['agent'], CASHIER), [], []],
    ['nobody', NOBODY, [], []],
  ])('are listed for %s', async (_who, caller, mine, all) => {
    expect(await numbersOf('pendingApprovals', caller)).toEqual(mine);
    expect(await numbersOf('pendingApprovals(assignee: ANYONE)', caller)).toEqual(all);
    const { pages } = await data('pages: pendingApprovalsConnection(first: 1) { totalCount }', caller);
    expect(pages).toEqual({ totalCount: mine.length });
  });

  it('take the arguments of other lists', async () => {
    const list = (args: string) => numbersOf(`pendingApprovals(assignee: ANYONE, ${args})`);
    expect(
      await list('where: { workflow: { eq: "refund" } }, orderBy: { createdAt: DESC }, limit: 2'),
    ).toEqual([5, 4]);
    expect(
      await list('where: { OR: [{ status: { eq: APPROVED } }, { workflow: { eq: "closing" } }] }'),
    ).toEqual([1]);
    const { data: found } = await app.ask(
      'query($who: ApprovalAssignee!) { pendingApprovals(assignee: $who) { id } }',
      { variables: { who: 'ANYONE' } },
    );
    expect(found?.['pendingApprovals']).toHaveLength(4);
  });
});

describe('answers with approvals', () => {
  const scope = (caller: Caller, entities = ['workflow_approval']) =>
    accessScope(app.model, { entities, caller });

  it('are told to be read from approvals', async () => {
    const { facts } = await app.answer('{ pendingApprovals { id } }', {
      caller: callerWith(['cashier'], BEN),
      wantsFacts: true,
    });
    expect(facts).toMatchObject({ kind: 'read', entities: ['workflow_approval'] });
  });

  it('are shared by nobody whose approvals are others, also not by admins', () => {
    const callers = [
      ADMIN,
      { ...ADMIN, userId: BEN },
      { ...ADMIN, roles: ['cashier'] },
      callerWith(['cashier'], BEN),
      callerWith(['other'], BEN),
      callerWith(['other', 'cashier'], BEN),
      callerWith(['cashier'], ANN),
      NOBODY,
    ];
    expect(new Set(callers.map((caller) => scope(caller))).size).toBe(callers.length);
    // Roles compare without case, and in any order.
    expect(scope(callerWith(['CASHIER', 'other'], BEN))).toBe(scope(callerWith(['other', 'cashier'], BEN)));
  });

  it('of instances alone are shared by admins', () => {
    expect(scope(ADMIN, ['workflow_instance'])).toBe(
      scope({ ...ADMIN, userId: BEN, roles: ['cashier'] }, ['workflow_instance']),
    );
  });
});

it('nothing of the engine is written as records are', async () => {
  const mutation = `mutation { deleteWorkflowInstance(id: "${instanceId(1)}") { errors { code } } }`;
  await expect(app.ask(mutation)).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  const writes = createWritePipeline({
    ...{ database: app.database, model: app.model, logger: LOGGER, webhooks: WEBHOOKS },
    outbox: {
      write: async () => {
        throw new Error('Nothing is to be told');
      },
    },
  });
  const written = writes.delete(ADMIN, 'workflow_instance', { id: instanceId(1) });
  await expect(written).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
});
