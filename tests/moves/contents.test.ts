/** Whatever an app has is there after its move, and goes on. */
import { createDatabase, createLogger, databaseUrl } from '@rocket/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareStructure } from '../../subgraphs/src/moves/structure/compare-structure.ts';
import { readStructure } from '../../subgraphs/src/moves/structure/read-structure.ts';
import { until } from '../harness/until.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../harness/webhook-receiver.ts';
import { doneBy, type WorkflowRuns, workflowRuns } from '../harness/workflow-runs.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';
import { everything } from './support/everything.ts';
import { inDatabase, type Moves, movesOf } from './support/moves.ts';

const CLERK = { email: 'clerk@example.org', password: 'a-user-password' };

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}
type Database = readonly [server: string, database: string];

let world: World;
let receiver: WebhookReceiver;
let moves: Moves;
let runs: WorkflowRuns;
let former: Database;
let present: Database;
/** Of before the move. */
let session: Session;
let waiting: string;
let asking: string;
let order: string;
let outbox: readonly unknown[];

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  world = await createWorld({ ROCKET_MOVE_KEEP_HOURS: '1', ROCKET_OUTGOING_ALLOW: '127.0.0.1' });
  moves = movesOf(world);
  runs = workflowRuns(world, 'all');
  expect((await world.importApp('all', everything(`${receiver.url}/orders`))).errors).toEqual([]);
  former = [world.serverUrl, (await moves.place('all')).database];
  await fill();
  await moves.move('all', { to: 's2' });
  present = [world.serverUrl, (await moves.place('all')).database];
});
afterAll(async () => {
  await world?.dispose();
  await receiver?.close();
});

async function fill(): Promise<void> {
  const adding =
    'mutation ($app: ID!, $email: String!, $password: String!) { addUser(app: $app, email: $email, password: $password, roles: ["clerk"]) { id } }';
  expect((await moves.admin(adding, { app: world.app('all'), ...CLERK })).errors).toEqual([]);
  session = await auth('login', CLERK);
  const item = await write(
    'createItem(input: { code: "C", shelf: "left", soldAt: "2026-01-02T03:04:05.678Z" }) { item { id } errors { message } }',
  );
  const gone = await write('createItem(input: { code: "D" }) { item { id } errors { message } }');
  expect([item, gone]).toMatchObject([{ item: { id: '3' } }, { item: { id: '4' } }]);
  await write('deleteItem(id: "4") { item { id } errors { message } }');
  waiting = await request(2);
  asking = await request(10);
  await runs.reached(waiting, 'WAITING');
  await runs.asks(asking);
  receiver.statuses.set('/orders', 500);
  const made = await write('createOrder(input: { title: "retried" }) { order { id } errors { message } }');
  order = (made['order'] as { id: string }).id;
  await until(async () => (await deliveries())[0]?.status === 'retrying');
  receiver.statuses.delete('/orders');
  // It would be tried again half a minute later.
  await inDatabase(former, `UPDATE _webhook_deliveries SET due_at = now() + interval '1 second'`);
  outbox = await inDatabase(former, 'SELECT id, subject, payload FROM _outbox ORDER BY id');
  expect(outbox.length).toBeGreaterThan(3);
}

async function auth(action: 'login' | 'refresh', body: object): Promise<Session> {
  const response = await fetch(`${world.url}/auth/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ app: world.app('all'), ...body }),
  });
  if (response.status !== 200) throw new Error(`${action} answered ${response.status}`);
  return JSON.parse(await response.text());
}

async function write(mutation: string): Promise<Record<string, unknown>> {
  const answer = await world.askApp('all', `mutation { it: ${mutation} }`, { once: true });
  const it = fieldOf<Record<string, unknown>>(answer, 'it');
  expect(it['errors']).toEqual([]);
  return it;
}

async function request(days: number): Promise<string> {
  const made = await write(
    `createLeaveRequest(input: { days: ${days} }) { leaveRequest { id } errors { message } }`,
  );
  return (made['leaveRequest'] as { id: string }).id;
}

async function deliveries() {
  const query =
    'query ($app: ID!) { webhookDeliveries(app: $app, limit: 100) { deliveries { status attempts recordKey lastStatus } } }';
  const answer = await moves.admin(query, { app: world.app('all') });
  type Deliveries = { deliveries: { status: string; attempts: number; recordKey: string }[] };
  return fieldOf<Deliveries>(answer, 'webhookDeliveries').deliveries;
}

it('users stay signed in, and sign in', async () => {
  const read = async ({ accessToken }: Session) =>
    (await world.askApp('all', '{ labels { name } }', { token: accessToken })).data;
  const labels = { labels: [{ name: 'RED' }] };
  expect(await read(session)).toEqual(labels);
  const refreshed = await auth('refresh', { refreshToken: session.refreshToken });
  expect(await read(refreshed)).toEqual(labels);
  await expect(auth('refresh', { refreshToken: session.refreshToken })).rejects.toThrow('401');
  expect(await read(await auth('login', CLERK))).toEqual(labels);
});

it('records are as they were, with those that are deleted softly, and keys count on', async () => {
  const read = async () =>
    (await world.askApp('all', '{ items(orderBy: [{ id: ASC }]) { id code shelf price soldAt } }')).data;
  expect(await read()).toEqual({
    items: [
      { id: '1', code: 'A', shelf: 'left', price: '1.50', soldAt: null },
      { id: '2', code: 'B', shelf: 'right', price: '1234567890123.25', soldAt: null },
      { id: '3', code: 'C', shelf: 'left', price: null, soldAt: '2026-01-02T03:04:05.678Z' },
    ],
  });
  await write('restoreItem(id: "4") { item { code } errors { message } }');
  expect(await write('createItem(input: { code: "E" }) { item { id } errors { message } }')).toMatchObject({
    item: { id: '5' },
  });
  expect(await read()).toMatchObject({ items: [{}, {}, {}, { id: '4', code: 'D' }, { id: '5', code: 'E' }] });
});

it('a timer and an approval go on where they were, once', async () => {
  const timed = await runs.reached(waiting, 'COMPLETED');
  expect(doneBy(timed)).toEqual(['check on_false', 'pause waited', 'ok completed']);
  const { approval } = await runs.asks(asking);
  expect(await runs.decide('approve', approval, (await auth('login', CLERK)).accessToken)).toEqual([]);
  const approved = await runs.reached(asking, 'COMPLETED');
  expect(doneBy(approved)).toEqual(['check on_true', 'boss approved', 'ok completed']);
  expect(await runs.decide('approve', approval)).toEqual(['INVALID_STATE']);
  const statuses = await world.askApp('all', '{ leaveRequests { status } }');
  expect(statuses.data).toEqual({ leaveRequests: [{ status: 'approved' }, { status: 'approved' }] });
});

it('a webhook that was to be sent again is sent, and new ones are', async () => {
  await until(async () => (await deliveries()).every(({ status }) => status === 'delivered'));
  expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 2, recordKey: order }]);
  expect(receiver.received).toHaveLength(2);
  await write('createOrder(input: { title: "new" }) { order { id } errors { message } }');
  await until(() => receiver.received.length === 3);
});

it('what is to be published is there, with all that was', async () => {
  const ids = outbox.map((row) => (row as unknown[])[0]);
  const rows = await inDatabase(
    present,
    'SELECT id, subject, payload FROM _outbox WHERE id = ANY ($1::bigint[]) ORDER BY id',
    [ids],
  );
  expect(rows).toEqual(outbox);
  await until(async () => {
    const [row] = await inDatabase(present, 'SELECT count(*)::int FROM _outbox WHERE published_at IS NULL');
    return row?.[0] === 0;
  });
});

it('tables, indexes, constraints and sequences are the same', async () => {
  const logger = createLogger({ level: 'silent', name: 'test' });
  const [source, target] = await Promise.all(
    [former, present].map(async ([server, name]) => {
      const database = createDatabase({ url: databaseUrl(server, name), logger, max: 1 });
      try {
        return await database.transaction((tx) => readStructure(tx));
      } finally {
        await database.close();
      }
    }),
  );
  if (source === undefined || target === undefined) throw new Error('A structure is missing');
  expect(source.tables.length).toBeGreaterThan(10);
  expect(compareStructure(source, target)).toEqual([]);
});

it('the former database comes to have the same rows in every table', async () => {
  // But for what the mover itself has written on either side.
  const tables = await inDatabase(
    present,
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const text = tables
    .map(
      ([name]) =>
        `SELECT '${name}', count(*)::int, md5(string_agg(t::text, ',' ORDER BY t::text)) FROM "${name}" t
         WHERE NOT starts_with(t::text, '(move_marker,')`,
    )
    .join(' UNION ALL ');
  const rows = async (database: Database) => JSON.stringify(await inDatabase(database, text));
  await until(async () => (await rows(former)) === (await rows(present)));
});
