/**
 * The shard map and the two decisions taken on it, as pure functions: where the gateway sends a request, and
 * whether a shard may serve it. Both sides compare epochs, so a stale map can delay a request but never misdirect it.
 */
import type { AppName, Epoch, Lsn, ShardName } from '../ids.ts';

export type PlacementState = 'active' | 'moving' | 'offline';

export interface Placement {
  readonly app: AppName;
  readonly shard: ShardName;
  readonly epoch: Epoch;
  readonly state: PlacementState;
  /** Name of the app's database on the shard's Postgres. */
  readonly database: string;
  /**
   * Position in the log of the shard's primary at which the app was complete there, after a move: a replica that has not
   * reached it lacks some of what was copied. Null for an app that was never moved.
   */
  readonly since: Lsn | null;
  /** Where the app will be in a moment: that shard gets ready for it. Null while it does not move, or is far from it. */
  readonly movingTo: ShardName | null;
}

export interface ShardRecord {
  readonly name: ShardName;
  /** Base URL of the shard's process; null when it runs in the caller's own process. */
  readonly url: string | null;
  /** A shard that is drained takes no apps any more. */
  readonly state: 'active' | 'draining';
  /**
   * Names the history that its databases have: the cluster, and the timeline on which its primary writes. Another one may
   * lack the last commits of the former. Null while it is not known, or has no replicas.
   */
  readonly history: string | null;
}

export interface ShardMap {
  readonly placements: ReadonlyMap<AppName, Placement>;
  readonly shards: ReadonlyMap<ShardName, ShardRecord>;
}

export type RouteDecision =
  | { readonly kind: 'send'; readonly placement: Placement; readonly shard: ShardRecord }
  | { readonly kind: 'hold'; readonly placement: Placement }
  | { readonly kind: 'refuse'; readonly reason: 'unplaced' | 'offline' | 'unknown_shard' };

/** The shard that an app is placed on; undefined when it has no place, or none that the map knows. */
export function shardOf({ placements, shards }: ShardMap, app: AppName): ShardRecord | undefined {
  const placement = placements.get(app);
  return placement === undefined ? undefined : shards.get(placement.shard);
}

/** Where a request for `app` goes. Writes to a moving app are held; reads go on at the old place. */
export function route(map: ShardMap, app: AppName, operation: 'read' | 'write'): RouteDecision {
  const placement = map.placements.get(app);
  if (placement === undefined) return { kind: 'refuse', reason: 'unplaced' };
  if (placement.state === 'offline') return { kind: 'refuse', reason: 'offline' };
  if (placement.state === 'moving' && operation === 'write') return { kind: 'hold', placement };
  const shard = map.shards.get(placement.shard);
  if (shard === undefined) return { kind: 'refuse', reason: 'unknown_shard' };
  return { kind: 'send', placement, shard };
}

export type AdmissionDecision = 'serve' | 'refresh' | 'refuse';

/**
 * Whether `shard` serves a request with `epoch`, given the `placement` it knows. `refresh` means that the request has a
 * newer epoch than this shard knows, so the shard must read the catalog before it decides.
 */
export function admit(
  placement: Placement | undefined,
  shard: ShardName,
  requested: Epoch,
): AdmissionDecision {
  if (placement === undefined || requested > placement.epoch) return 'refresh';
  if (placement.shard !== shard || requested < placement.epoch || placement.state === 'offline')
    return 'refuse';
  return 'serve';
}

/**
 * Shard for a new app: the active one with the fewest apps; the first by name among equals, so that the choice is
 * the same wherever it is computed. Null when no shard takes apps.
 */
export function leastLoadedShard(map: ShardMap): ShardName | null {
  const load = new Map<ShardName, number>();
  for (const shard of map.shards.values()) if (shard.state === 'active') load.set(shard.name, 0);
  for (const { shard } of map.placements.values()) {
    const count = load.get(shard);
    if (count !== undefined) load.set(shard, count + 1);
  }
  const ranked = [...load].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? null;
}
