/** Which apps are known, on a stream where nothing fails. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followBus, newBus } from '../support/followed-bus.ts';
import {
  CRM,
  opened,
  publishChange,
  publishStatement,
  SHOP,
  startSpeaking,
} from '../support/speaking-process.ts';
import { createStandInBus } from '../support/stand-in-bus.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Greatest age that was seen in `ms`. */
async function oldest(ages: () => number, ms: number): Promise<number> {
  let greatest = 0;
  for (let passed = 0; passed < ms; passed += 20) {
    await pass(20);
    greatest = Math.max(greatest, ages());
  }
  return greatest;
}

it('knows nothing at first, and then an app without writers up to its last probe', async () => {
  const { follower } = followBus();
  expect(follower.app(CRM)).toEqual({ position: 0, ageMs: Number.POSITIVE_INFINITY, sure: false });
  await pass(10);
  expect(follower.app(CRM)).toMatchObject({ position: 1, sure: true });
  expect(await oldest(() => follower.app(CRM).ageMs, 3_000)).toBeLessThan(520);
  follower.close();
  expect(follower.app(CRM).sure).toBe(false);
});

it('hands on every record in order, and its position follows', async () => {
  const positions: number[] = [];
  const { bus, follower } = followBus({
    onRecord: ({ kind }, { position }) => void (kind === 'change' && positions.push(position)),
  });
  await pass(10);
  const published = [await publishChange(bus, 'crm'), await publishChange(bus, 'shop')];
  await pass(1);
  expect(positions).toEqual(published);
  expect(follower.position).toBe(published[1]);
  follower.close();
  await publishChange(bus, 'crm');
  await pass(1_000);
  expect(positions).toHaveLength(2);
});

it('begins after a position', async () => {
  const bus = createStandInBus(newBus());
  for (const app of ['crm', 'crm', 'shop']) await publishChange(bus, app);
  const { follower, records, resets } = followBus({ from: { position: 1 } }, bus);
  await pass(10);
  expect(records.slice(0, 2)).toEqual(['change', 'change']);
  expect([follower.app(CRM).sure, resets]).toEqual([true, []]);
  follower.close();
});

it('knows an app whose writer beats within a second and a little', async () => {
  const { bus, follower } = followBus();
  const process = startSpeaking(bus, 'p1');
  await pass(100);
  await process.open('w1');
  expect(await oldest(() => follower.app(CRM).ageMs, 5_000)).toBeLessThan(1_100);
  process.stop();
  follower.close();
});

it('takes an app of which a change waits for unsure, and no other', async () => {
  const { bus, follower } = followBus();
  const process = startSpeaking(bus, 'p1');
  await process.open('w1');
  await process.open('w2', SHOP);
  await pass(2_000);
  process.behind.add('w1');
  await pass(3_000);
  expect([follower.app(CRM).sure, follower.app(SHOP).sure]).toEqual([false, true]);
  process.behind.delete('w1');
  await pass(600);
  expect(follower.app(CRM).sure).toBe(true);
  process.stop();
  follower.close();
});

it('takes an app with a silent writer for unsure until that is closed', async () => {
  const { bus, follower } = followBus();
  const [first, second] = [startSpeaking(bus, 'p1'), startSpeaking(bus, 'p2')];
  await first.open('w1');
  await second.open('w2');
  await pass(3_000);
  expect(follower.app(CRM).sure).toBe(true);
  second.stop();
  await pass(1_000);
  expect(follower.app(CRM).sure).toBe(true);
  await pass(2_000);
  const { sure, ageMs } = follower.app(CRM);
  expect(sure).toBe(false);
  expect(ageMs).toBeGreaterThan(3_000);
  expect(ageMs).toBeLessThan(4_000);
  await first.closeWriter('w2', { process: 'p2' });
  await pass(1);
  expect(follower.app(CRM).sure).toBe(true);
  first.stop();
  follower.close();
});

it('says of open writers how long their process has been silent', async () => {
  const { bus, follower } = followBus();
  await pass(10);
  const [first, second] = [startSpeaking(bus, 'p1'), startSpeaking(bus, 'p2')];
  await first.open('w1');
  await second.open('w2', SHOP);
  await pass(3_000);
  second.stop();
  await pass(4_000);
  const [one, two] = follower.writers();
  expect(one).toMatchObject({ app: 'crm', writer: 'w1', process: 'p1', shard: 's1' });
  expect(one?.silentMs).toBeLessThanOrEqual(250);
  expect(two).toMatchObject({ app: 'shop', writer: 'w2', process: 'p2' });
  expect(Math.abs((two?.silentMs ?? 0) - 4_000)).toBeLessThan(10);
  await first.closeWriter('w1');
  await pass(1);
  expect(follower.writers().map(({ writer }) => writer)).toEqual(['w2']);
  first.stop();
  follower.close();
});

it('stays sure while a writer opens, and asks for its claim then', async () => {
  const { bus, follower } = followBus();
  await pass(3_000);
  await publishStatement(bus, opened('p1', 'w1'));
  await pass(1_000);
  expect(follower.app(CRM).sure).toBe(true);
  await pass(1_500);
  expect([follower.app(CRM).sure, follower.app(SHOP).sure]).toEqual([false, true]);
  follower.close();
});

it('takes no claim from an `open` that is said again', async () => {
  const { bus, follower } = followBus();
  await publishStatement(bus, opened('p1', 'w1'));
  for (let again = 0; again < 6; again += 1) {
    await pass(500);
    await publishStatement(bus, opened('p1', 'w1'));
  }
  expect(follower.app(CRM).sure).toBe(false);
  expect(follower.writers()).toHaveLength(1);
  follower.close();
});

it('knows the writers that opened before it began, and a process that came after another', async () => {
  const bus = createStandInBus(newBus());
  const first = startSpeaking(bus, 'p1');
  await first.open('w1');
  await first.open('w0', SHOP);
  await first.closeWriter('w0', { app: SHOP });
  await pass(1_000);
  first.stop();
  const { follower } = followBus({}, bus);
  await pass(3_000);
  expect([follower.app(CRM).sure, follower.app(SHOP).sure]).toEqual([false, true]);
  expect(follower.app(CRM).ageMs).toBe(Number.POSITIVE_INFINITY);
  const second = startSpeaking(bus, 'p1b');
  await second.closeWriter('w1', { process: 'p1' });
  await second.open('w2');
  await pass(1_200);
  expect(follower.app(CRM).sure).toBe(true);
  expect(follower.writers().map(({ writer }) => writer)).toEqual(['w2']);
  second.stop();
  follower.close();
});

it('does not care for the time of day', async () => {
  const { bus, follower } = followBus();
  const process = startSpeaking(bus, 'p1');
  await process.open('w1');
  await pass(2_000);
  for (const hours of [5, -10]) {
    vi.setSystemTime(Date.now() + hours * 3_600_000);
    expect(await oldest(() => follower.app(CRM).ageMs, 1_500)).toBeLessThan(1_100);
  }
  process.stop();
  follower.close();
});

it('drops probes that come back too late', async () => {
  const { bus, follower } = followBus();
  const publish = vi.spyOn(bus, 'publish').mockImplementation(async (messages) => {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    return inner.publish(messages);
  });
  const inner = newBus();
  bus.replace(inner, 'rewound');
  await pass(6_000);
  expect(publish).toHaveBeenCalled();
  expect((await inner.range()).last).toBeGreaterThan(3);
  expect(follower.app(CRM)).toMatchObject({ ageMs: Number.POSITIVE_INFINITY, sure: false });
  follower.close();
});
