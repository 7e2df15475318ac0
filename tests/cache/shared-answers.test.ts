/** Answers that gateways share on a real Redis. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRedisServer, type RedisServer, startRedisServer } from '../harness/servers/redis-server.ts';
import { until } from '../harness/until.ts';
import { type CachedWorld, CROWD, createCachedWorld } from './cached-world.ts';

const binary = findRedisServer();
const [customer = ''] = CROWD;
const byId = `{ customer(id: "${customer}") { name } }`;

describe.skipIf(binary === null)('answers on Redis', () => {
  let redis: RedisServer;
  let world: CachedWorld;
  let second: Awaited<ReturnType<CachedWorld['world']['another']>>;
  beforeAll(async () => {
    redis = await startRedisServer(binary ?? '');
    world = await createCachedWorld({ REDIS_URL: redis.url });
    second = await world.world.another();
    // Both gateways know the stream from here on.
    await world.warm(byId);
    await world.warm(byId, { url: second.url });
  });
  afterAll(async () => {
    await second?.close();
    await world?.world.dispose();
    await redis?.dispose();
  });

  const rename = (name: string) =>
    world.write(
      `mutation { updateCustomer(id: "${customer}", patch: {name: "${name}"}) { customer { name } } }`,
    );

  it('are taken by a gateway that has not read them', async () => {
    await rename('Shared');
    await world.warm(byId);
    await until(async () => (await redis.command('keys', '*answer:*')) !== '');
    const reply = await world.ask(byId, { url: second.url });
    expect(reply.body.data).toEqual({ customer: { name: 'Shared' } });
    expect(reply.cache).toBe('hit; shared');
    expect((await world.ask(byId, { url: second.url })).cache).toBe('hit; memory');
  });

  it('are void for all gateways after a change', async () => {
    await world.warm(byId, { url: second.url });
    const { token } = await rename('Changed');
    const headers = { 'x-rocket-consistency': String(token) };
    const reply = await world.ask(byId, { url: second.url, headers });
    expect(reply.body.data).toEqual({ customer: { name: 'Changed' } });
  });

  it('are nothing to a gateway that did not see the stream when they were read', async () => {
    await world.warm(byId);
    const third = await world.world.another();
    try {
      const first = await world.ask(byId, { url: third.url });
      expect(first.cache).not.toMatch(/^hit/);
      await world.warm(byId, { url: third.url });
    } finally {
      await third.close();
    }
  });

  it('may be lost at any time', async () => {
    await redis.command('flushall');
    expect((await world.warm(byId)).body.data).toEqual({ customer: { name: 'Changed' } });
    redis.freeze();
    try {
      for (const id of CROWD.slice(1, 50)) {
        const reply = await world.ask(`{ customer(id: "${id}") { name } }`);
        expect(reply.cache).toBe('miss; new');
        expect(reply.body.data).toEqual({ customer: { name: expect.any(String) } });
      }
      expect((await world.ask(byId)).cache).toBe('hit; memory');
    } finally {
      redis.thaw();
    }
  });
});
