import { describe, expect, it } from 'vitest';
import {
  admit,
  appGraphMembers,
  appName,
  epoch,
  leastLoadedShard,
  type Placement,
  route,
  type ShardMap,
  type ShardRecord,
  shardName,
} from '../../src/index.ts';

const placement = (app: string, shard: string, more: Partial<Placement> = {}): Placement => ({
  app: appName(app),
  shard: shardName(shard),
  epoch: epoch(2),
  state: 'active',
  database: `rocket_${app}`,
  since: null,
  movingTo: null,
  ...more,
});
const shard = (name: string, state: ShardRecord['state'] = 'active'): ShardRecord => ({
  name: shardName(name),
  url: null,
  state,
  history: null,
});
const map = (placements: readonly Placement[], shards: readonly ShardRecord[]): ShardMap => ({
  placements: new Map(placements.map((each) => [each.app, each])),
  shards: new Map(shards.map((each) => [each.name, each])),
});

describe('route', () => {
  const shards = [shard('s1')];
  it.each([
    [placement('crm', 's1'), 'write', { kind: 'send' }],
    [placement('crm', 's1', { state: 'moving' }), 'read', { kind: 'send' }],
    [placement('crm', 's1', { state: 'moving' }), 'write', { kind: 'hold' }],
    [placement('crm', 's1', { state: 'offline' }), 'read', { kind: 'refuse', reason: 'offline' }],
    [placement('crm', 's9'), 'read', { kind: 'refuse', reason: 'unknown_shard' }],
    [placement('other', 's1'), 'read', { kind: 'refuse', reason: 'unplaced' }],
  ] as const)('%j %s -> %j', (placed, operation, decision) => {
    expect(route(map([placed], shards), appName('crm'), operation)).toMatchObject(decision);
  });
});

describe('admit', () => {
  const here = shardName('s1');
  it.each([
    [placement('crm', 's1'), 2, 'serve'],
    [placement('crm', 's1'), 3, 'refresh'],
    [placement('crm', 's1'), 1, 'refuse'],
    [placement('crm', 's2'), 2, 'refuse'],
    [placement('crm', 's1', { state: 'offline' }), 2, 'refuse'],
    [undefined, 1, 'refresh'],
  ] as const)('%j at epoch %d: %s', (placed, asked, decision) => {
    expect(admit(placed, here, epoch(asked))).toBe(decision);
  });
});

describe('leastLoadedShard', () => {
  it('takes the active shard with the fewest apps, the first by name among equals', () => {
    const shards = [shard('s2'), shard('s1'), shard('s0', 'draining')];
    expect(leastLoadedShard(map([], shards))).toBe('s1');
    expect(leastLoadedShard(map([placement('crm', 's1')], shards))).toBe('s2');
  });

  it('is null when no shard takes apps', () => {
    expect(leastLoadedShard(map([], [shard('s1', 'draining')]))).toBeNull();
  });
});

describe('appGraphMembers', () => {
  it('holds direct neighbours in both directions and no further ones', () => {
    const refers = new Map([
      [appName('crm'), []],
      [appName('shop'), [appName('crm')]],
      [appName('desk'), [appName('crm'), appName('gone')]],
    ]);
    expect(appGraphMembers(appName('crm'), refers)).toEqual(['crm', 'desk', 'shop']);
    expect(appGraphMembers(appName('shop'), refers)).toEqual(['crm', 'shop']);
    expect(appGraphMembers(appName('desk'), refers)).toEqual(['crm', 'desk']);
  });
});
