import type { EventBus } from '@rocket/platform';
import type { AppName, Epoch, Lsn, Revision, ShardMap } from '@rocket/schema';
import { unheard } from './unheard.ts';

/** Where an app is served from, by the shard map. */
export interface Place {
  readonly epoch: Epoch;
  /** @see ShardRecord.history */
  readonly history: string | null;
}

/** By one state of the shard map; undefined for an app that has no place. */
export type PlaceOf = (app: AppName) => (Place & { readonly isHeard: boolean }) | undefined;

/** An app that an answer was read from. */
export interface AppRead extends Place {
  readonly app: AppName;
  /** Of the document that it was read by. */
  readonly revision: Revision;
  /** The read saw at least what was committed up to here; null for anything. */
  readonly lsn: Lsn | null;
}

/** The places by a shard map, made once for each state of it, as they are asked for with every answer. */
export function createPlaces(bus: Pick<EventBus, 'outlivesProcess'>): (map: ShardMap) => PlaceOf {
  const known = new WeakMap<ShardMap, PlaceOf>();
  return (map) => {
    const placeOf = known.get(map) ?? placesIn(map, bus);
    known.set(map, placeOf);
    return placeOf;
  };
}

function placesIn(map: ShardMap, bus: Pick<EventBus, 'outlivesProcess'>): PlaceOf {
  const places = new Map<AppName, ReturnType<PlaceOf>>();
  for (const { app, epoch, shard } of map.placements.values()) {
    const history = map.shards.get(shard)?.history ?? null;
    places.set(app, { epoch, history, isHeard: unheard(app, map, bus) === null });
  }
  return (app) => places.get(app);
}
