/** The checks of workflows that a compatible engine has to pass; numbers are those of the format. */
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { camelCase, pascalCase } from '../../schema/src/naming/identifiers.ts';
import { until } from '../harness/until.ts';
import { doneBy, type WorkflowRuns, workflowRuns } from '../harness/workflow-runs.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { leaveApproval } from './leave-approval.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const [app, timeout] of [
    ['leave', '48h'],
    ['hasty', '300ms'],
  ] as const)
    expect((await world.importApp(app, leaveApproval(timeout))).errors).toEqual([]);
});
afterAll(() => world?.dispose());

const request = async (app: string, days: number, token = world.adminToken): Promise<string> => {
  const mutation = `mutation { createLeaveRequest(input: { days: ${days} }) { leaveRequest { id } errors { message } } }`;
  const answer = await world.askApp(app, mutation, { token });
  return fieldOf<{ leaveRequest: { id: string } }>(answer, 'createLeaveRequest').leaveRequest.id;
};
const statusOf = async (app: string, id: string) =>
  (await world.askApp(app, `{ leaveRequest(id: "${id}") { status } }`)).data?.['leaveRequest'];

describe('18: a request of leave', () => {
  let runs: WorkflowRuns;
  beforeAll(() => {
    runs = workflowRuns(world, 'leave');
  });

  it('of ten days waits for the boss, whose approval approves it', async () => {
    const manager = await world.signIn('leave', ['manager']);
    const id = await request('leave', 10);
    const waiting = await runs.asks(id);
    expect(waiting).toMatchObject({ step: 'boss', context: { record_id: id, days: 10 } });
    expect(await runs.decide('approve', waiting.approval, manager.token)).toEqual([]);
    const run = await runs.reached(id, 'COMPLETED');
    expect(doneBy(run)).toEqual(['check on_true', 'boss approved', 'ok completed']);
    expect(run.history[1]?.actor).toBe(manager.userId);
    expect(run).toMatchObject({ step: null, error: null });
    expect(await statusOf('leave', id)).toEqual({ status: 'approved' });
  });

  it('of two days is approved at once', async () => {
    const id = await request('leave', 2);
    expect(doneBy(await runs.reached(id, 'COMPLETED'))).toEqual(['check on_false', 'ok completed']);
    expect(await statusOf('leave', id)).toEqual({ status: 'approved' });
  });

  it('stays as it is when the boss rejects it, and is decided once', async () => {
    const id = await request('leave', 10);
    const { approval } = await runs.asks(id);
    expect(await runs.decide('reject', approval)).toEqual([]);
    expect(doneBy(await runs.reached(id, 'COMPLETED'))).toEqual(['check on_true', 'boss rejected']);
    expect(await runs.decide('approve', approval)).toEqual(['INVALID_STATE']);
    expect(await statusOf('leave', id)).toEqual({ status: 'pending' });
  });

  it('is decided by its boss, not by others, and seen by who made it', async () => {
    const employee = await world.signIn('leave', ['employee']);
    const stranger = await world.signIn('leave', ['employee']);
    const id = await request('leave', 10, employee.token);
    const { approval, startedBy } = await runs.asks(id);
    expect(startedBy).toBe(employee.userId);
    expect(await runs.decide('approve', approval, employee.token)).toEqual(['FORBIDDEN']);
    expect(await runs.decide('approve', approval, stranger.token)).toEqual(['NOT_FOUND']);
    const pending = '{ pendingApprovals(assignee: ANYONE) { id } workflowInstances { recordId } }';
    const seenBy = async ({ token }: { token: string }) =>
      (await world.askApp('leave', pending, { token })).data;
    expect(await seenBy(employee)).toEqual({
      pendingApprovals: [{ id: approval }],
      workflowInstances: [{ recordId: id }],
    });
    expect(await seenBy(stranger)).toEqual({ pendingApprovals: [], workflowInstances: [] });
    expect((await runs.asks(id)).approval).toBe(approval);
  });
});

it('19: an approval whose time is over goes on without it', async () => {
  const runs = workflowRuns(world, 'hasty');
  const id = await request('hasty', 10);
  const { approval } = await runs.asks(id);
  const run = await runs.reached(id, 'COMPLETED');
  expect(doneBy(run)).toEqual(['check on_true', 'boss timed_out', 'ok completed']);
  expect(run.approvals).toEqual([{ id: approval, status: 'TIMED_OUT' }]);
  expect(await runs.decide('approve', approval)).toEqual(['INVALID_STATE']);
  expect(await statusOf('hasty', id)).toEqual({ status: 'approved' });
});

describe('instances', () => {
  let runs: WorkflowRuns;
  beforeAll(() => {
    runs = workflowRuns(world, 'leave');
  });

  it('are told of as they go on, over graphql-ws, to those who see them', async () => {
    const employee = await world.signIn('leave', ['employee']);
    const [theirs, all] = [employee.token, world.adminToken].map((token) => changesOf(token));
    if (theirs === undefined || all === undefined) throw new Error('Nobody listens');
    await until(async () => (await openSubscriptions()) === 2);
    const foreign = await request('leave', 1);
    const id = await request('leave', 10, employee.token);
    const { approval } = await runs.asks(id);
    expect(await runs.decide('approve', approval)).toEqual([]);
    await runs.reached(id, 'COMPLETED');
    const expected = ['ADDED', 'RUNNING', 'RUNNING', 'WAITING', 'RUNNING'];
    for (const listening of [theirs, all]) {
      await until(() => listening.about(id).length === expected.length);
      expect(listening.about(id)).toEqual(expected);
      expect(listening.last(id)).toBe('COMPLETED');
    }
    expect(theirs.about(foreign)).toEqual([]);
    expect(all.about(foreign)).toEqual(['ADDED', 'RUNNING', 'RUNNING']);
    await Promise.all([theirs.dispose(), all.dispose()]);
    await until(async () => (await openSubscriptions()) === 0);
  });

  it('are not read from a cache that does not know what has become of them', async () => {
    const id = await request('leave', 10);
    const { approval } = await runs.asks(id);
    const seen = async (token: string) => {
      const query = `{ workflowInstances(where: { recordId: { eq: "${id}" } }) { status history { status } }
        pendingApprovals(where: { recordId: { eq: "${id}" } }) { status } }`;
      return (await world.askApp('leave', query, { token })).data;
    };
    const managers = [await world.signIn('leave', ['manager']), await world.signIn('leave', ['manager'])];
    for (const { token } of managers)
      expect(await seen(token)).toEqual({
        workflowInstances: [{ status: 'WAITING', history: [{ status: 'ON_TRUE' }] }],
        pendingApprovals: [{ status: 'PENDING' }],
      });
    expect(await runs.decide('reject', approval)).toEqual([]);
    for (const { token } of managers)
      expect(await seen(token)).toEqual({
        workflowInstances: [
          { status: 'COMPLETED', history: [{ status: 'ON_TRUE' }, { status: 'REJECTED' }] },
        ],
        pendingApprovals: [],
      });
  });

  it('are there in the graph of all apps, by the name of theirs', async () => {
    const id = await request('leave', 10);
    const { approval } = await runs.asks(id);
    const [pascal, camel] = [pascalCase, camelCase].map((spelled) => spelled(world.app('leave')));
    const decided = await world.ask(
      '/graphql',
      `mutation { approve${pascal}Step(id: "${approval}", comment: "From afar") { errors { code } } }`,
    );
    expect(decided).toMatchObject({ errors: [], data: { [`approve${pascal}Step`]: { errors: [] } } });
    await runs.reached(id, 'COMPLETED');
    const query = `{ ${camel}WorkflowInstances(where: { recordId: { eq: "${id}" } }) { status history { comment } } }`;
    expect(await world.ask('/graphql', query)).toMatchObject({
      errors: [],
      data: {
        [`${camel}WorkflowInstances`]: [
          { status: 'COMPLETED', history: [{ comment: null }, { comment: 'From afar' }, { comment: null }] },
        ],
      },
    });
  });
});

interface InstanceChange {
  readonly operation: string;
  readonly previous: { readonly status: string } | null;
  /** May be newer than the change. */
  readonly node: { readonly recordId: string; readonly status: string } | null;
}

/** What is told of instances from now on: of each change the status before it. */
function changesOf(token: string) {
  const client = createClient({
    url: `${world.url}/apps/${world.app('leave')}/graphql`.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const told: (InstanceChange | { readonly error: unknown })[] = [];
  const query = 'subscription { workflowChanged { operation previous { status } node { recordId status } } }';
  client.subscribe<{ workflowChanged: InstanceChange }>(
    { query },
    {
      next: ({ data, errors }) => told.push(data?.workflowChanged ?? { error: errors }),
      error: (error) => told.push({ error }),
      complete: () => undefined,
    },
  );
  const changesOfOne = (id: string) =>
    told.flatMap((each) => {
      if ('error' in each) throw new Error(JSON.stringify(each.error));
      return each.node?.recordId === id ? [each] : [];
    });
  return {
    about: (id: string) => changesOfOne(id).map(({ operation, previous }) => previous?.status ?? operation),
    last: (id: string) => changesOfOne(id).at(-1)?.node?.status,
    dispose: () => client.dispose(),
  };
}

async function openSubscriptions(): Promise<number> {
  const headers = { authorization: `Bearer ${world.adminToken}` };
  const text = await (await fetch(`${world.url}/metrics`, { headers })).text();
  return Number(/^rocket_subscriptions (\d+)$/m.exec(text)?.[1] ?? 0);
}
