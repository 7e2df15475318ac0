import { type Catalog, type CatalogSnapshot, createLogger, followCatalog } from '@rocket/platform';
import { epoch, type PlacementState, RocketError, type ShardService, shardName } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { createShardCaller } from '../../src/execution/call-shard.ts';
import { ShardUnreachable } from '../../src/transport/shard-unreachable.ts';
import { app } from '../support/world.ts';

const CRM = app('crm');
const shard = { name: shardName('s1'), url: null, state: 'active' as const, history: null };

function snapshotOf(version: number, state: PlacementState): CatalogSnapshot {
  const placement = {
    app: CRM,
    shard: shard.name,
    epoch: epoch(version),
    state,
    database: 'rocket_crm',
    since: null,
    movingTo: null,
  };
  return {
    version,
    apps: new Map(),
    graphs: new Map(),
    revokedUsers: new Map(),
    shardMap: { placements: new Map([[CRM, placement]]), shards: new Map([[shard.name, shard]]) },
  };
}

/** A view whose catalog says what the test says, and a service that is never reached itself: `send` stands for it. */
async function routed(state: PlacementState) {
  const current = { snapshot: snapshotOf(1, state) };
  const catalog: Pick<Catalog, 'snapshot' | 'watch'> = {
    snapshot: async () => current.snapshot,
    watch: () => async () => undefined,
  };
  const view = await followCatalog(catalog, createLogger({ level: 'silent', name: 'test' }));
  const service = {} as ShardService;
  const caller = createShardCaller({ view, services: () => service });
  const call = (operation: 'read' | 'write', send: (epoch: number) => Promise<string>) =>
    caller.call({ app: CRM, operation, deadlineAtMs: Date.now() + 10_000 }, (_service, placement) =>
      send(placement.epoch),
    );
  return {
    call,
    move: async (next: PlacementState) => {
      current.snapshot = snapshotOf(current.snapshot.version + 1, next);
      await view.refresh();
    },
  };
}

const refused = new ShardUnreachable('s1 does not answer', { beforeSending: true });
const broken = new ShardUnreachable('s1 does not answer', { beforeSending: false });

/** Fails with each error in turn, then answers. */
function failing(...errors: Error[]) {
  const state = { calls: 0 };
  const send = async () => {
    state.calls += 1;
    const error = errors.shift();
    if (error !== undefined) throw error;
    return 'answer';
  };
  return { state, send };
}

describe('a call to a shard', () => {
  it('holds writes of a moving app until it has moved, and sends them there', async () => {
    const { call, move } = await routed('moving');
    const write = call('write', async (at) => `at epoch ${at}`);
    expect(await call('read', async (at) => `at epoch ${at}`)).toBe('at epoch 1');
    await move('active');
    expect(await write).toBe('at epoch 2');
  });

  it('refuses an app that is offline or unknown', async () => {
    const { call } = await routed('offline');
    await expect(call('read', async () => 'answer')).rejects.toMatchObject({ code: 'SHARD_UNAVAILABLE' });
  });

  it.each([
    { name: 'a read after a broken connection', operation: 'read', error: broken, calls: 2, answers: true },
    { name: 'a read that was not sent', operation: 'read', error: refused, calls: 2, answers: true },
    { name: 'a write that was not sent', operation: 'write', error: refused, calls: 2, answers: true },
    {
      name: 'a write after a broken connection',
      operation: 'write',
      error: broken,
      calls: 1,
      answers: false,
    },
    {
      name: 'a read that was refused',
      operation: 'read',
      error: new RocketError('FORBIDDEN'),
      calls: 1,
      answers: false,
    },
  ] as const)('repeats what is safe: $name', async ({ operation, error, calls, answers }) => {
    const { call } = await routed('active');
    const { state, send } = failing(error);
    const result = call(operation, send);
    await (answers ? expect(result).resolves.toBe('answer') : expect(result).rejects.toBe(error));
    expect(state.calls).toBe(calls);
  });

  it('repeats once, not for ever', async () => {
    const { call } = await routed('active');
    const { state, send } = failing(broken, broken, broken);
    await expect(call('read', send)).rejects.toBe(broken);
    expect(state.calls).toBe(2);
  });
});
