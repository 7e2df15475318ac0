/** The commands on webhooks, beside a gateway whose shard keeps them in memory. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ACCEPTING, FIRST_SECRET, REFUSING } from '../../gateway/test/support/memory-webhooks.ts';
import { createWorld, documentOf, type World } from '../../gateway/test/support/world.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';

const NONE = '33333333-3333-4333-8333-333333333333';
const REFUSING_URL = 'https://refusing.test/hook';

let world: World;
let token: string;
let app = '';
let made = 0;
const commands = rocketCommands(() => ({ ROCKET_URL: world.url, ROCKET_TOKEN: token }));
const webhook = (...args: readonly string[]) => commands.rocket(['webhook', ...args]);
const json = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse(await commands.succeed(['webhook', ...args, '--json']));
const keys = async (...filter: readonly string[]) =>
  ((await json('log', app, ...filter)) as { recordKey: string }[]).map(({ recordKey }) => recordKey);
const ids = async () => ((await json('log', app)) as { id: string }[]).map(({ id }) => id);

beforeAll(async () => {
  world = await createWorld();
  token = await world.platformToken();
});
// Each test has an app of its own, with the webhooks that every app has.
beforeEach(async () => {
  made += 1;
  app = `app_${made}`;
  await world.importApp(app, documentOf('customer'));
});
afterAll(() => world.close());

test('endpoints are listed, disabled and enabled', async () => {
  expect(await json('list', app)).toMatchObject([
    { id: ACCEPTING, disabled: null, failed: 0 },
    { id: REFUSING, url: REFUSING_URL, failed: 2 },
  ]);
  expect(await json('disable', app, REFUSING_URL)).toEqual({
    ...{ endpoint: REFUSING, url: REFUSING_URL, enabled: false },
  });
  expect((await webhook('list', app)).stdout).toMatch(
    /^22222222-\S+ +https:\/\/refusing.test\/hook +disabled \(admin\) since 2026-01-01T00:00:00.000Z +0 +2 +after_write customer$/m,
  );
  expect((await webhook('enable', app, '22')).stdout).toMatch(
    new RegExp(`^${REFUSING_URL} is enabled; .*webhook redeliver ${app} --failed --endpoint ${REFUSING}`),
  );
  expect(await json('list', app)).toMatchObject([{ disabled: null }, { disabled: null }]);
});

test('the log is filtered, and shown by pages', async () => {
  expect(await keys()).toEqual(['k3', 'k2', 'k1', 'k0']);
  expect(await keys('--endpoint', '1', '--until', '2026-01-01T01:00Z')).toEqual(['k0']);
  expect(await keys('--failed')).toEqual(['k3', 'k1']);
  expect(await keys('--status', 'delivered', '--event', 'after_write')).toEqual(['k2', 'k0']);
  expect(await keys('--entity', 'customer', '--record', 'k1')).toEqual(['k1']);
  expect(await keys('--since', '2026-01-01T04:00:00+02:00')).toEqual(['k3', 'k2']);
  // They are of the first hours of 2026.
  expect(await keys('--since', '2h')).toEqual([]);
  expect(await keys('--until', '0001-01-01')).toEqual([]);

  const [newest = '', second = ''] = await ids();
  const first = (await webhook('log', app, '--limit', '2')).stdout;
  expect(first).toMatch(new RegExp(`^${newest} +22222222 +after_write +customer k3 +failed +1 +500 `, 'm'));
  expect(first).toContain(`--after ${second} shows them.`);
  expect(await keys('--after', second)).toEqual(['k1', 'k0']);
  expect((await webhook('log', app, '--event', 'test')).stdout).toBe('There are no such deliveries.\n');
});

test('a delivery is shown with its attempts', async () => {
  const [newest = ''] = await ids();
  expect(await json('show', app, newest)).toMatchObject({
    ...{ id: newest, status: 'failed', body: '{"event":"it"}', log: [{ status: 500, response: 'no' }] },
  });
  expect((await webhook('show', app, newest)).stdout).toContain('500 (12.5 ms)\n  no\n');
  expect(await webhook('show', app, NONE)).toMatchObject({ code: 1, stdout: '' });
});

test('deliveries are sent again, by ids, a filter, or all', async () => {
  const [newest = '', second = ''] = await ids();
  expect((await webhook('redeliver', app, newest)).stdout).toBe('One delivery is sent again.\n');
  expect((await webhook('redeliver', app, newest, second)).stdout).toBe(
    'One delivery is sent again; the rest waits already, or is not kept.\n',
  );
  expect(await json('redeliver', app, '--failed', '--endpoint', REFUSING_URL)).toEqual({ redelivered: 1 });
  expect(await json('redeliver', app, '--all')).toEqual({ redelivered: 1 });
  expect(await keys('--status', 'pending')).toEqual(['k3', 'k2', 'k1', 'k0']);
  expect((await webhook('redeliver', app, '--all')).stdout).toBe('Nothing is sent again.\n');
});

test('a test fails when the receiver does not accept', async () => {
  expect(await webhook('test', app, ACCEPTING)).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: 'https://accepting.test/hook has accepted: 200 (12.5 ms)\n  thanks\n',
  });
  expect(await webhook('test', app, '2')).toEqual({
    ...{ code: 1, stderr: '' },
    stdout: `${REFUSING_URL} has not accepted: 500 (12.5 ms)\n  no\n`,
  });
  const asJson = await webhook('test', app, '2', '--json');
  expect(asJson).toMatchObject({ code: 1, stderr: '' });
  expect(JSON.parse(asJson.stdout)).toMatchObject({ event: 'test', status: 'failed', lastStatus: 500 });
});

test('a secret is shown and replaced', async () => {
  expect(await webhook('secret', app, '1')).toEqual({ code: 0, stdout: `${FIRST_SECRET}\n`, stderr: '' });
  expect(await webhook('rotate', app, '1', '--secret', FIRST_SECRET, '--overlap', '90m')).toEqual({
    ...{ code: 0, stdout: `${FIRST_SECRET}\n` },
    stderr: 'Requests are signed with the former secret too for 1.5 h.\n',
  });
  const until = async () => ((await json('list', app)) as { formerSecretUntil: string }[])[0];
  expect(await until()).toMatchObject({ formerSecretUntil: '2026-01-01T01:30:00.000Z' });
  const rotated = await json('rotate', app, '1');
  expect(rotated).toMatchObject({ endpoint: ACCEPTING, overlapHours: 24 });
  expect(rotated).not.toMatchObject({ secret: FIRST_SECRET });
  const { overlapHours, ...shown } = rotated as { overlapHours: number };
  expect(await json('secret', app, '1')).toEqual(shown);
  await json('rotate', app, '1', '--overlap', '0');
  expect(await until()).toMatchObject({ formerSecretUntil: null });
  expect(await webhook('rotate', app, '1', '--secret', 'mine')).toMatchObject({
    ...{ code: 1, stdout: '', stderr: expect.stringContaining('A secret is whsec_') },
  });
});

test('what there is not is said, and what makes no sense is wrong usage', async () => {
  expect(await webhook('secret', app, '9')).toMatchObject({
    ...{ code: 1, stderr: expect.stringMatching(/has no endpoint "9" .*webhook list/) },
  });
  expect(await webhook('list', 'gone')).toMatchObject({ code: 1, stdout: '' });
  for (const args of [
    ['redeliver', app],
    ['redeliver', app, NONE, '--all'],
    ['redeliver', app, '--failed', '--status', 'delivered'],
    ['log', app, '--status', 'lost'],
    ['log', app, '--since', 'yesterday'],
    ['rotate', app, '1', '--overlap', 'long'],
  ]) {
    expect(await webhook(...args)).toMatchObject({ code: 2, stdout: '' });
  }
});
