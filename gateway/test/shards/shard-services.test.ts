import { epoch, graphRevisionId, RocketError, shardName } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker, OPEN_AFTER_FAILURES } from '../../src/transport/circuit-breaker.ts';
import { createHttpShardService } from '../../src/transport/http-shard-service.ts';
import { createShardServices } from '../../src/transport/shard-services.ts';
import { startServer } from '../support/http.ts';
import { app } from '../support/world.ts';

const internalKey = 'k'.repeat(40);
const shardAt = (url: string) => ({ name: shardName('s1'), url, state: 'active' as const, history: null });
const contextUntil = (deadlineAtMs: number) => ({
  app: app('crm'),
  epoch: epoch(1),
  graph: graphRevisionId('a'.repeat(32)),
  caller: { userId: null, email: null, roles: [], isAdmin: false },
  requestId: 'r-1',
  deadlineAtMs,
});

describe('services of shards', () => {
  it('let go of addresses that no shard has any more, when their last call is done', async () => {
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const server = await startServer(async (_request, response) => {
      arrive();
      await mayAnswer;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"a":1}}');
    });
    const services = createShardServices({
      inProcess: () => {
        throw new RocketError('NOT_FOUND');
      },
      internalKey,
    });
    const shard = shardAt(server.url);
    const service = services.of(shard);
    services.retain([shard]);
    expect(services.of(shard)).toBe(service);
    const call = service.execute(contextUntil(Date.now() + 10_000), { query: '{ a }' });
    await arrived;
    services.retain([shardAt('http://127.0.0.1:1')]);
    expect(services.of(shard)).not.toBe(service);
    letAnswer();
    expect((await call).result()).toEqual({ data: { a: 1 } });
    await services.close();
    await server.close();
  });

  it('tell a caller who ran out of time from a dead shard', async () => {
    const server = await startServer(() => new Promise(() => undefined));
    const service = createHttpShardService({ url: server.url, name: 's1', internalKey });
    for (let i = 0; i < OPEN_AFTER_FAILURES + 2; i++) {
      const call = service.execute(contextUntil(Date.now() + 30), { query: '{ a }' });
      await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    }
    await server.close();
    await service.close();
  });
});

describe('a circuit breaker', () => {
  it('learns nothing from failures that tell nothing', async () => {
    const breaker = new CircuitBreaker();
    const dead = new Error('dead');
    const late = new Error('late');
    const options = {
      isDead: (error: unknown) => error === dead,
      tellsNothing: (error: unknown) => error === late,
      onOpen: () => new Error('open'),
    };
    for (let i = 0; i < OPEN_AFTER_FAILURES; i++) {
      await expect(breaker.run(() => Promise.reject(late), options)).rejects.toBe(late);
      expect(breaker.isOpen).toBe(false);
      await expect(breaker.run(() => Promise.reject(dead), options)).rejects.toBe(dead);
    }
    expect(breaker.isOpen).toBe(true);
  });
});
