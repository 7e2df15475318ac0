/** Requests that steps make, and what their answers mean. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createReceiver, type Receiver } from '../support/webhook-app.ts';
import { act, CREATED, log, step, THEN, workflow, workflowDocument } from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';

let receiver: Receiver;
let engine: WorkflowEngine;

beforeAll(async () => {
  receiver = await createReceiver();
  const call = (path: string, more: object = {}) => ({
    type: 'webhook',
    url: `${receiver.base}${path}`,
    ...more,
  });
  const titled = (title: string, steps: readonly object[]) =>
    workflow(title, { ...CREATED, condition: `record.title == '${title}'` }, steps);
  engine = await createWorkflowEngine(
    workflowDocument(
      [
        titled('ask', [
          act('ask', [
            call('/one', { headers: { 'X-Of': 'rocket' }, body: { expression: 'trigger.record' } }),
            call('/two'),
          ]),
        ]),
        titled('inside', [act('ask', [{ type: 'webhook', url: 'http://10.255.255.1/' }])]),
        titled('both', [
          step('both', 'parallel', { branches: ['ask', 'other'], [THEN]: 'end' }),
          act('ask', [call('/ask')]),
          act('other', [log('other')], 'further'),
          act('further', [log('further')]),
        ]),
        titled('twice', [act('ask', [call('/ask')], 'next'), act('next', [])]),
        titled('vetoed', [
          act('write', [{ type: 'create_record', entity: 'log', values: { text: 'veto' } }]),
        ]),
      ],
      {
        webhooks: [
          {
            ...{
              entity: 'log',
              hook: 'before_write',
              url: `${receiver.base}/veto`,
              method: 'POST',
              headers: {},
            },
            condition: "record.text == 'veto'",
          },
        ],
      },
    ),
    { times: 2 },
  );
});

beforeEach(() => receiver.reset());

afterAll(async () => {
  await engine.dispose();
  await receiver.close();
});

const begin = (title: string) => engine.create('task', { title });
const end = (of: string) =>
  engine.until(
    ({ workflow: name, status }) => name === of && (status === 'completed' || status === 'failed'),
  );
const ids = (path: string) =>
  receiver.received.filter((each) => each.path === path).map(({ headers }) => headers['webhook-id']);

/** Answers with this status to requests of the path, and with 204 to others. */
function answer(path: string, status: number): void {
  receiver.answer = (request, response) => response.writeHead(request.path === path ? status : 204).end();
}

/** A request that is repeated has the id of the one before. */
function expectOneId(path: string): void {
  expect(ids(path).length).toBeGreaterThan(1);
  expect(new Set(ids(path)).size).toBe(1);
}

async function clear(): Promise<void> {
  await engine.settled();
  await engine.rows(
    'TRUNCATE _workflow_instances, _workflow_history, _timers, _webhook_deliveries, _webhook_attempts',
  );
}

describe('an answer', () => {
  test('of 2xx lets the step go on', async () => {
    const id = await begin('ask');
    expect(await end('ask')).toMatchObject({ status: 'completed', history: ['ask completed'] });
    const [first, second] = receiver.received;
    expect(first).toMatchObject({
      method: 'POST',
      headers: { 'x-of': 'rocket' },
      payload: { id, title: 'ask' },
    });
    expect(second).toMatchObject({ path: '/two', payload: { record_id: id } });
    expect(first?.headers['webhook-id']).not.toBe(second?.headers['webhook-id']);
    await clear();
  });

  test('of 5xx has the step repeated, with the same id', async () => {
    answer('/two', 500);
    await begin('ask');
    const waiting = await engine.until(({ status }) => status === 'waiting');
    expect(waiting).toMatchObject({ step: 'ask', history: [], error: null });
    const due = "SELECT due_at - clock_timestamp() BETWEEN interval '0.5 s' AND interval '1 s' FROM _timers";
    expect(await engine.rows(due)).toEqual([[true]]);
    answer('/two', 204);
    await engine.hurry();
    expect(await end('ask')).toMatchObject({ status: 'completed' });
    expectOneId('/one');
    expectOneId('/two');
    const log = `SELECT e.url, d.status, d.event, d.entity, array_agg(a.status ORDER BY a.number) FROM _webhook_deliveries d
      JOIN _webhook_endpoints e ON e.id = d.endpoint_id JOIN _webhook_attempts a ON a.delivery_id = d.id
      GROUP BY 1, 2, 3, 4, d.id ORDER BY d.id`;
    expect((await engine.rows(log)).toSorted()).toEqual([
      [`${receiver.base}/one`, 'delivered', 'workflow', 'task', [204, 204]],
      [`${receiver.base}/two`, 'delivered', 'workflow', 'task', [500, 204]],
    ]);
    await clear();
  });

  test('of 5xx that stays fails in the end, with the last reason', async () => {
    answer('/one', 502);
    await begin('ask');
    for (let failures = 1; failures <= 5; failures += 1) {
      await engine.until(({ status }) => status === 'waiting');
      await engine.hurry();
      const isOver =
        "SELECT 1 FROM _workflow_instances WHERE (state->'tokens'->0->>'failures')::int > $1::int OR status = 'failed'";
      await engine.when(async () => (await engine.rows(isOver, [failures])).length > 0);
    }
    expect(await end('ask')).toMatchObject({
      status: 'failed',
      error: 'webhook: the receiver answered with 502',
    });
    expectOneId('/one');
    expect(await engine.rows('SELECT status, claim, last_status, due_at FROM _webhook_deliveries')).toEqual([
      ['failed', 6, 502, null],
    ]);
    await clear();
  });

  test('of 4xx fails at once', async () => {
    answer('/one', 404);
    await begin('ask');
    expect(await end('ask')).toMatchObject({
      status: 'failed',
      error: 'webhook: the receiver answered with 404',
    });
    expect(ids('/two')).toEqual([]);
    await clear();
  });
});

test('an address that is not allowed fails at once, and is not told', async () => {
  await begin('inside');
  const { status, error } = await end('inside');
  expect([status, error]).toEqual([
    'failed',
    'webhook: the operator allows no requests to its address, or no header of it',
  ]);
  await clear();
});

test('a request keeps its id while other branches go on', async () => {
  answer('/ask', 500);
  await begin('both');
  await engine.until(({ status }) => status === 'waiting');
  answer('/ask', 204);
  await engine.hurry();
  expect(await end('both')).toMatchObject({ status: 'completed' });
  expectOneId('/ask');
  await clear();
});

test('a webhook that refuses what a step has written fails it with its reason', async () => {
  receiver.answer = (_, response) => response.writeHead(403).end('{"message": "Not like this"}');
  await begin('vetoed');
  expect(await end('vetoed')).toMatchObject({ status: 'failed', step: 'write', error: 'Not like this' });
  await clear();
});

test('a receiver is asked once, although the step is to be taken by two at once', async () => {
  let requests = 0;
  receiver.answer = (_, response) => {
    requests += 1;
    setTimeout(() => response.writeHead(204).end(), 150);
  };
  await begin('twice');
  await engine.settled();
  expect(requests).toBe(1);
  expect(await engine.instances()).toMatchObject([
    { status: 'completed', history: ['ask completed', 'next completed'] },
  ]);
  await clear();
});
