import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../tests/harness/servers/free-port.ts';
import { until } from '../../../tests/harness/until.ts';
import type { SharedCache } from '../../src/index.ts';
import { type RedisBench, redisBench, redisServer } from '../support/redis-caches.ts';

/** Longer than a reader may wait by far, and far less than many readers would wait one after the other. */
const SOON_MS = 500;
const MANY = 1_000;
const value = Buffer.from('one');

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function readMany(cache: SharedCache): Promise<void> {
  for (let each = 0; each < MANY; each += 1) expect(await cache.get('a')).toBeNull();
}

describe.skipIf(redisServer === null)('a shared cache whose Redis', () => {
  const benches: RedisBench[] = [];
  const bench = async (...settings: Parameters<typeof redisBench>): Promise<RedisBench> => {
    const made = await redisBench(...settings);
    benches.push(made);
    return made;
  };
  afterEach(async () => {
    for (const each of benches.splice(0)) await each[Symbol.asyncDispose]();
  });

  it('is frozen costs a few readers a moment, and the others nothing, until it goes on', async () => {
    const { cache, put, server, logged } = await bench();
    await put('a', value);
    server.freeze();
    const first = await timed(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => cache.get('a')));
      expect(answers.every((each) => each === null)).toBe(true);
    });
    expect(first).toBeGreaterThanOrEqual(35);
    expect(first).toBeLessThan(SOON_MS);
    expect(cache.state()).toMatchObject({ kind: 'down' });
    expect(await timed(() => readMany(cache))).toBeLessThan(SOON_MS);
    cache.set('b', value, 1_000);
    // A busy process may take longer to notice, and count a ping of its own.
    const { timeouts, dropped } = cache.counts();
    expect(dropped).toBe(1);
    expect(timeouts).toBeGreaterThanOrEqual(20);
    expect(timeouts).toBeLessThanOrEqual(22);
    // Long enough that connections are given up and made anew.
    await until(() => logged.some((line) => line.includes('Command timed out')));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(cache.state().kind).toBe('down');
    expect(cache.counts().timeouts).toBeLessThanOrEqual(timeouts + 4);
    server.thaw();
    await until(() => cache.state().kind === 'up');
    expect(await cache.get('a')).toEqual(value);
    expect(logged.filter((line) => line.includes('does not answer'))).toHaveLength(1);
    expect(logged.filter((line) => line.includes('answers again'))).toHaveLength(1);
  });

  it('is frozen before the start delays it a moment only', async () => {
    const { server, open } = await bench();
    server.freeze();
    expect(await timed(() => open())).toBeLessThan(1_500);
    server.thaw();
  });

  it('dies comes back by itself', async () => {
    const { cache, put, server } = await bench();
    await put('a', value);
    await server.kill9();
    await until(() => cache.state().kind === 'down');
    expect(await timed(() => readMany(cache))).toBeLessThan(SOON_MS);
    await expect(cache.clear('')).rejects.toMatchObject({ code: 'NOT_READY' });
    await server.start();
    await until(() => cache.state().kind === 'up');
    expect(await cache.get('a')).toBeNull();
    await put('a', value);
  });

  it('is not there at the start is used when it comes', async () => {
    const { cache, put, server } = await bench({ started: false });
    expect(cache.state()).toMatchObject({ kind: 'down', reason: expect.stringContaining('ECONNREFUSED') });
    expect(await cache.get('a')).toBeNull();
    await server.start();
    await until(() => cache.state().kind === 'up');
    await put('a', value);
  });

  it('loses everything is filled again', async () => {
    const { cache, put, server } = await bench();
    await put('a', value);
    await server.command('flushall');
    expect(await cache.get('a')).toBeNull();
    await put('a', value);
  });

  it('is full still answers', async () => {
    const { cache, put, server, logged } = await bench();
    await put('a', value);
    await server.command('config', 'set', 'maxmemory', '1');
    for (let each = 0; each < 10; each += 1) cache.set(`more:${each}`, value, 1_000);
    await until(() => cache.counts().errors === 10);
    expect(await cache.get('a')).toEqual(value);
    expect(logged.filter((line) => line.includes('OOM'))).toHaveLength(1);
  });

  it('has become a replica still answers', async () => {
    const { cache, put, server } = await bench();
    await put('a', value);
    // Of a primary that is not there: what it has stays.
    await server.command('replicaof', '127.0.0.1', String(await freePort()));
    cache.set('b', value, 1_000);
    await until(() => cache.counts().errors === 1);
    expect(await cache.get('a')).toEqual(value);
    await server.command('replicaof', 'no', 'one');
    await put('b', value);
  });

  it('wants another password is not used, until it is the right one', async () => {
    const { cache, server, logged, open } = await bench({ password: 'right' });
    const url = `redis://:wrong-secret@127.0.0.1:${server.port}`;
    const wrong = await open({ url });
    for (const [each, reason] of [
      [cache, 'NOAUTH'],
      [wrong, 'WRONGPASS'],
    ] as const) {
      expect(each.state()).toMatchObject({ kind: 'down', reason: expect.stringContaining(reason) });
      expect(await each.get('a')).toBeNull();
    }
    expect(logged.join()).not.toContain('wrong-secret');
    expect((await open({ url: `redis://:right@127.0.0.1:${server.port}` })).state().kind).toBe('up');
    await server.command('config', 'set', 'requirepass', 'wrong-secret');
    await until(() => wrong.state().kind === 'up');
  });

  it('cuts the connections is asked on new ones', async () => {
    const { cache, put, server } = await bench();
    await put('a', value);
    await server.command('client', 'kill', 'type', 'normal');
    await until(async () => (await cache.get('a')) !== null);
  });

  it('is closed leaves no connection', async () => {
    const { cache, server } = await bench();
    await cache.close();
    expect(await cache.get('a')).toBeNull();
    await until(async () => /connected_clients:1\b/.test(await server.command('info', 'clients')));
  });

  it('speaks no TLS where that is wanted is not used', async () => {
    const { server, open } = await bench();
    const cache = await open({ url: server.url.replace('redis:', 'rediss:') });
    await until(() => cache.state().kind === 'down');
    expect(await cache.get('a')).toBeNull();
  });
});
