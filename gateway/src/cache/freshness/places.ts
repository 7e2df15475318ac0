import type { AppName, Epoch, Lsn, ShardMap } from '@rocket/schema';

/** Where an app is served from, by the shard map. */
export interface Place {
  readonly epoch: Epoch;
  /** @see ShardRecord.history */
  readonly history: string | null;
}

/** By one state of the shard map; undefined for an app that has no place. */
export type PlaceOf = (app: AppName) => Place | undefined;

/** An app that an answer was read from. */
export interface AppRead extends Place {
  readonly app: AppName;
  /** The read saw at least what was committed up to here; null for anything. */
  readonly lsn: Lsn | null;
}

/** Made once for each state of the map, as it is asked for with every answer. */
export function placesIn(map: ShardMap): PlaceOf {
  const known = PLACES.get(map);
  if (known !== undefined) return known;
  const { placements, shards } = map;
  const places = new Map<AppName, ReturnType<PlaceOf>>();
  for (const { app, epoch, shard } of placements.values()) {
    places.set(app, { epoch, history: shards.get(shard)?.history ?? null });
  }
  const placeOf: PlaceOf = (app) => places.get(app);
  PLACES.set(map, placeOf);
  return placeOf;
}

const PLACES = new WeakMap<ShardMap, PlaceOf>();
