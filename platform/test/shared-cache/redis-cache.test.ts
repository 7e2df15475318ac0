import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import { addSharedCacheMetrics, createMetrics, noSharedCache } from '../../src/index.ts';
import { redisBench, redisServer } from '../support/redis-caches.ts';

/** What is stored counts here, not how fast this machine is at the moment. */
const patient = { cache: { readTimeoutMs: 900 } };
const text = (value: string): Buffer => Buffer.from(value);

describe.skipIf(redisServer === null)('a shared cache on Redis', () => {
  it('gives other processes what was stored, until it expires', async () => {
    await using bench = await redisBench(patient);
    expect(bench.cache.state().kind).toBe('up');
    expect(await bench.cache.get('a')).toBeNull();
    await bench.put('a', text('one'));
    await bench.put('empty', text(''));
    const other = await bench.open();
    expect(await other.get('a')).toEqual(text('one'));
    expect(await other.get('empty')).toEqual(text(''));
    await bench.put('short', text('two'), 100);
    await until(async () => (await other.get('short')) === null);
    expect(Number(await bench.server.command('pttl', 'rocket:test:a'))).toBeGreaterThan(30_000);
  });

  it('does not take a process that is busy for a Redis that is gone', async () => {
    await using bench = await redisBench();
    await bench.put('a', text('one'));
    const before = bench.cache.counts();
    const answer = bench.cache.get('a');
    const until = performance.now() + 100;
    while (performance.now() < until);
    expect(await answer).toEqual(text('one'));
    expect(bench.cache.counts()).toEqual({ ...before, hits: before.hits + 1 });
  });

  it('keeps installations apart', async () => {
    await using bench = await redisBench(patient);
    await bench.put('a', text('one'));
    const foreign = await bench.open({ namespace: 'other' });
    expect(await foreign.get('a')).toBeNull();
    expect(await bench.server.command('keys', '*')).toBe('rocket:test:a');
  });

  it('compresses what is large', async () => {
    await using bench = await redisBench(patient);
    const large = Buffer.alloc(100_000, 'the same again and again ');
    const noise = randomBytes(100_000);
    await bench.put('large', large);
    await bench.put('noise', noise);
    expect((await bench.cache.get('large'))?.equals(large)).toBe(true);
    expect((await bench.cache.get('noise'))?.equals(noise)).toBe(true);
    expect(Number(await bench.server.command('strlen', 'rocket:test:large'))).toBeLessThan(1_000);
  });

  it.each([
    ['of another form', 'Zabc'],
    ['empty', ''],
    ['damaged', '\u0001abc'],
  ])('does not take a value that is %s', async (_case, stored) => {
    await using bench = await redisBench(patient);
    await bench.server.command('set', 'rocket:test:bad', stored);
    expect(await bench.cache.get('bad')).toBeNull();
    expect(await bench.cache.get('bad')).toBeNull();
    expect(bench.cache.counts()).toEqual({ hits: 0, misses: 2, errors: 2, timeouts: 0, dropped: 0 });
    expect(bench.logged.filter((line) => line.includes('could not read'))).toHaveLength(1);
    expect(bench.cache.state().kind).toBe('up');
  });

  it('notices a bit that fell over in a compressed value', async () => {
    await using bench = await redisBench(patient);
    await bench.put('large', randomBytes(20_000));
    await bench.server.command('setrange', 'rocket:test:large', '5000', 'xxxx');
    expect(await bench.cache.get('large')).toBeNull();
    expect(bench.cache.counts().errors).toBe(1);
  });

  it('clears what begins with a text, taken literally, and only what is its own', async () => {
    await using bench = await redisBench(patient);
    for (let each = 0; each < 2_500; each += 1) bench.cache.set(`a[1]*:${each}`, text('x'), 60_000);
    const { dropped } = bench.cache.counts();
    for (const key of ['a1', 'b:1']) await bench.put(key, text('x'));
    await bench.server.command('set', 'foreign', 'x');
    expect(dropped).toBeGreaterThan(0);
    expect(await bench.cache.clear('a[1]*')).toBe(2_500 - dropped);
    expect(await bench.cache.get('a1')).not.toBeNull();
    expect(await bench.cache.clear('')).toBe(2);
    expect(await bench.server.command('keys', '*')).toBe('foreign');
  });

  it('stores no more at once than it may', async () => {
    await using bench = await redisBench(patient);
    const large = randomBytes(10 * 1024 * 1024);
    for (let each = 0; each < 5; each += 1) bench.cache.set(`large:${each}`, large, 60_000);
    expect(bench.cache.counts().dropped).toBe(2);
  });

  it('shows how it does in the metrics', async () => {
    await using bench = await redisBench(patient);
    const metrics = createMetrics();
    addSharedCacheMetrics(metrics, bench.cache);
    await bench.cache.get('a');
    const { body } = await metrics.render();
    expect(body).toContain('rocket_shared_cache_total{result="miss"} 1');
    expect(body).toContain('rocket_shared_cache_total{result="hit"} 0');
    expect(body).toContain('rocket_shared_cache_up 1');
    expect((await metrics.render()).body).toContain('rocket_shared_cache_total{result="miss"} 1');
  });
});

it('can be none at all', async () => {
  const cache = noSharedCache();
  cache.set('a', text('one'), 1_000);
  expect(await cache.get('a')).toBeNull();
  expect(cache.state()).toEqual({ kind: 'off' });
  expect(await cache.clear('')).toBe(0);
});
