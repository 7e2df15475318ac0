import { RocketError } from '@rocket/schema';
import type { ExecutionResult } from 'graphql';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Subscriber } from '../../src/subscriptions/delivery/subscriber.ts';
import { dealKey, userOf } from './deal-app.ts';
import { EngineWorld } from './engine-world.ts';
import { fakeTime, pause, realTime } from './faked-time.ts';

const QUERY =
  'subscription($id: ID) { dealChanged(id: $id) { at operation id node { note } previous { name } } }';
const SALES = userOf('sales');
const BOSS = userOf('boss');

beforeEach(fakeTime);
afterEach(realTime);

interface Heard {
  readonly told: Record<string, unknown>[];
  readonly errors: readonly ExecutionResult['errors'][];
  readonly failed: unknown[];
}

function hear(subscriber: Subscriber): Heard {
  const heard = {
    told: [] as Record<string, unknown>[],
    errors: [] as ExecutionResult['errors'][],
    failed: [] as unknown[],
  };
  const take = async () => {
    for await (const { result } of subscriber) {
      heard.told.push({ ...(result.data?.['dealChanged'] as Record<string, unknown>) });
      if (result.errors !== undefined) heard.errors.push(result.errors);
    }
  };
  take().catch((error: unknown) => heard.failed.push(error));
  return heard;
}

async function open(world: EngineWorld, of: Parameters<EngineWorld['subscribe']>[1] = {}, query = QUERY) {
  const opening = world.subscribe(query, of);
  await vi.advanceTimersByTimeAsync(50);
  const subscriber = await opening;
  return { subscriber, heard: hear(subscriber) };
}

const ats = ({ told }: Heard) => told.map(({ at }) => at);
const pass = (ms = 200) => vi.advanceTimersByTimeAsync(ms);

it('gives nobody what was read for somebody who sees something else, also when that one has left', async () => {
  const world = new EngineWorld();
  world.reads = ['deal', 'contact'];
  const first = await open(world, { identity: SALES });
  const second = await open(world, { identity: BOSS });
  world.change(1, { name: 'x' });
  await pass(2);
  await first.subscriber.return();
  await pass();
  expect(second.heard.told).toMatchObject([{ at: 'at 1', node: { note: 'boss-1' } }]);
});

it('reads for each where those who read together turn out to see different things', async () => {
  const world = new EngineWorld();
  world.reads = ['deal', 'contact'];
  world.change(1, { name: 'x' });
  world.feed.floor = 0;
  const first = await open(world, { identity: SALES });
  // Behind a place that the other one's run has passed, so that both have runs of their own.
  world.onAsk = () => pause(100);
  const second = world.subscribe(QUERY, { identity: BOSS, after: world.cursorAt(0, BOSS) });
  await pass(11);
  const heard = hear(await second);
  world.change(1, { name: 'y' });
  await pass(1_000);
  expect(first.heard.told.map(({ node }) => node)).toEqual([{ note: 'sales-1' }]);
  expect(heard.told.map(({ node }) => node)).toEqual([{ note: 'boss-1' }, { note: 'boss-1' }]);
});

it('does not join those of whom a change was left out that the newcomer wants', async () => {
  const world = new EngineWorld();
  const one = await open(world, { variables: { id: dealKey(1) } });
  world.onAsk = () => pause(1_000);
  world.change(1, { name: 'x' });
  await pass(1);
  world.change(2, { name: 'x' });
  const two = await open(world, {
    variables: { id: dealKey(2) },
    after: world.cursorAt(1, SALES, dealKey(2)),
  });
  await pass(5_000);
  expect([ats(one.heard), ats(two.heard)]).toEqual([['at 1'], ['at 2']]);
});

it('goes on in a graph that was replaced before the subscription had its place', async () => {
  const world = new EngineWorld();
  const opening = world.subscribe(QUERY, { after: world.cursorAt(0, SALES) });
  await pass(3);
  world.replace();
  await pass();
  const heard = hear(await opening);
  const probes = world.asked;
  expect(probes).toBe(2);
  world.change(1, { name: 'x' });
  await pass();
  // It was not read in the old graph first.
  expect([ats(heard), world.asked]).toEqual([['at 1'], probes + 1]);
});

it('prepares anew when the graph is replaced while it is probed', async () => {
  const world = new EngineWorld();
  const opening = world.subscribe(QUERY);
  let isFirst = true;
  const { use } = { use: world.onAsk };
  world.onAsk = async (...of) => {
    await use(...of);
    if (isFirst) world.replace();
    isFirst = false;
  };
  await pass();
  const heard = hear(await opening);
  world.change(1, { name: 'x' });
  await pass();
  expect(ats(heard)).toEqual(['at 1']);
});

it('reads from the stream what comes while a slow reader holds up those who are behind', async () => {
  const world = new EngineWorld();
  for (let at = 0; at < 150; at += 1) world.change(1, { name: 'x' });
  const opening = world.subscribe(QUERY, { after: world.cursorAt(0, SALES) });
  await pass();
  const slow = await opening;
  for (let at = 0; at < 10_500; at += 1) world.change(2, { name: 'x' });
  const heard = hear(slow);
  await pass(10_000);
  expect(heard.failed).toEqual([]);
  expect(ats(heard)).toEqual(Array.from({ length: 10_650 }, (_, at) => `at ${at + 1}`));
});

it('tells a change as it is when the record is read: gone, back, or no longer what the change says', async () => {
  const world = new EngineWorld();
  const { heard } = await open(
    world,
    {},
    QUERY.replace('(id: $id)', '(id: $id, where: {stage: {eq: "open"}})'),
  );
  const told = async (...events: ReturnType<EngineWorld['commit']>[]) => {
    for (const event of events) world.feed.publish(event);
    await pass();
    return heard.told.splice(0).map(({ at, operation, previous }) => [at, operation, previous]);
  };
  const open1 = { name: 'x', stage: 'open' };
  expect(await told(world.commit(1, open1))).toEqual([['at 1', 'ADDED', null]]);
  expect(await told(world.commit(1, open1))).toEqual([['at 2', 'UPDATED', { name: 'x' }]]);
  expect(await told(world.commit(1, { name: 'y', stage: 'done' }))).toEqual([
    ['at 3', 'REMOVED', { name: 'x' }],
  ]);
  // Who had not seen it does not learn how it was.
  expect(await told(world.commit(1, open1))).toEqual([['at 4', 'ADDED', null]]);
  const [updated, removed] = [world.commit(1, open1), world.commit(1, null)];
  expect(await told(updated, removed)).toEqual([['at 6', 'REMOVED', { name: 'x' }]]);
  const [added, gone, back] = [world.commit(1, open1), world.commit(1, null), world.commit(1, open1)];
  expect((await told(added, gone, back)).map(([, operation]) => operation)).toEqual(['ADDED', 'ADDED']);
});

it('tells of a late change that the record has left the view, and nothing else', async () => {
  const world = new EngineWorld();
  const query = QUERY.replace('(id: $id)', '(id: $id, where: {stage: {eq: "open"}})');
  const { heard } = await open(world, {}, query);
  const inside = { name: 'x', stage: 'open' };
  const outside = { name: 'x', stage: 'done' };
  world.change(1, inside);
  await pass();
  const left = world.commit(1, outside);
  // The newer change finds the record outside, and leaves it there.
  world.change(1, outside);
  await pass();
  world.feed.publish(left, true);
  await pass();
  expect(heard.told.map(({ at, operation }) => [at, operation])).toEqual([
    ['at 1', 'ADDED'],
    ['at 2', 'REMOVED'],
  ]);
  const back = world.commit(1, inside);
  world.change(1, inside);
  world.feed.publish(back, true);
  world.feed.publish(world.commit(1, outside), true);
  world.change(1, inside);
  await pass();
  expect(heard.told.slice(2).map(({ at, operation }) => [at, operation])).toEqual([
    ['at 5', 'UPDATED'],
    ['at 7', 'ADDED'],
  ]);
});

it('tells the others when one record of several cannot be read, and that one with its error', async () => {
  const world = new EngineWorld();
  const { heard } = await open(world);
  world.onAsk = async (_, request) => {
    await pause(3);
    if (JSON.stringify(request.given).includes(dealKey(2)))
      throw new RocketError('BAD_USER_INPUT', 'too much');
  };
  for (const key of [1, 2, 3]) world.change(key, { name: 'x' });
  await pass();
  expect(heard.told.map(({ id, node }) => [id, node])).toEqual([
    [dealKey(1), { note: 'sales-1' }],
    [dealKey(2), null],
    [dealKey(3), { note: 'sales-1' }],
  ]);
  expect(heard.errors).toMatchObject([[{ message: 'too much', path: ['dealChanged', 'node'] }]]);
  heard.told.length = 0;
  world.change(2, null);
  await pass();
  expect(heard.told).toMatchObject([{ operation: 'REMOVED', id: dealKey(2), node: null }]);
});

it.each([
  ['FORBIDDEN', 200],
  ['SHARD_UNAVAILABLE', 35_000],
] as const)('ends when reading goes on failing: %s', async (code, ms) => {
  const world = new EngineWorld();
  const { heard } = await open(world);
  world.onAsk = async () => {
    await pause(3);
    throw new RocketError(code);
  };
  world.change(1, { name: 'x' });
  await pass(150);
  if (code === 'SHARD_UNAVAILABLE') expect(heard.failed).toEqual([]);
  await pass(ms);
  expect(heard.failed).toMatchObject([{ code }]);
  await pass(5_000);
  expect([world.feed.listeners, world.opened]).toEqual([0, 0]);
});

it('reads again while it sees an older version than the change tells, and gives up soon', async () => {
  const world = new EngineWorld();
  const { heard } = await open(world);
  world.change(1, { name: 'x' });
  await pass();
  const asked = world.asked;
  world.feed.publish({ ...world.commit(1, { name: 'y' }), version: 9 });
  await pass(100);
  expect(ats(heard)).toEqual(['at 1']);
  await pass(1_000);
  expect([ats(heard), world.asked - asked]).toEqual([['at 1', 'at 2'], 6]);
});

it('sends the rows first, and goes on within them, then with what has been since', async () => {
  const world = new EngineWorld();
  for (let key = 1; key <= 250; key += 1) world.change(key, { name: 'x' });
  const query =
    'subscription($after: String) { dealChanged(snapshot: true, after: $after) { id snapshot cursor } }';
  const { heard } = await open(world, {}, query);
  await pass();
  world.change(7, { name: 'y' });
  await pass();
  expect(heard.told.map(({ snapshot }) => snapshot)).toEqual([...Array(250).fill(true), false]);
  const cursor = String(heard.told[119]?.['cursor']);
  const rest = await open(world, { variables: { after: cursor } }, query);
  await pass();
  expect(rest.heard.told.map(({ id }) => id)).toEqual(heard.told.slice(120).map(({ id }) => id));
});
