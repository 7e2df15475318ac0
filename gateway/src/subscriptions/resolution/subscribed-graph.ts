/** Which entity of a graph a subscription's field is about. */
import {
  type AppModel,
  changedName,
  type EntityModel,
  type EntityNames,
  entityNames,
  RocketError,
} from '@rocket/schema';
import type { ReadScopes } from '../../access/read-scopes.ts';
import type { ServedGraph } from '../../graphs/served-graph.ts';

export interface ChangedEntity {
  readonly model: AppModel;
  readonly entity: EntityModel;
  /** Its names in the graph. */
  readonly names: EntityNames;
}

const entitiesByGraph = new WeakMap<ServedGraph, Promise<ReadonlyMap<string, ChangedEntity>>>();

/** Who may read what in the graph. @throws RocketError `BAD_REQUEST` for a graph that is not of our apps */
export function scopesOf({ scopes }: ServedGraph): ReadScopes {
  if (scopes !== null) return scopes;
  throw new RocketError('BAD_REQUEST', 'There are no subscriptions here');
}

/** @throws RocketError when a document of the graph cannot be read */
export async function changedEntity(graph: ServedGraph, field: string): Promise<ChangedEntity> {
  const known = entitiesByGraph.get(graph) ?? findEntities(graph);
  entitiesByGraph.set(graph, known);
  // A failure must not stay.
  known.catch(() => entitiesByGraph.delete(graph));
  const entity = (await known).get(field);
  if (entity !== undefined) return entity;
  throw new RocketError('INTERNAL_ERROR', `No entity has the subscription ${field}`);
}

async function findEntities(graph: ServedGraph): Promise<ReadonlyMap<string, ChangedEntity>> {
  const { home, members } = graph.revision;
  const scopes = scopesOf(graph);
  const found = new Map<string, ChangedEntity>();
  for (const { app } of members) {
    const model = await scopes.load(app);
    for (const entity of model.entities.values()) {
      if (entity.origin === 'engine_part') continue;
      const names = entityNames({ app, entity: entity.name }, home);
      found.set(changedName(entity, home), { model, entity, names });
    }
  }
  return found;
}
