/**
 * The federated SDL of one app in one graph. A pure function of the models, so the composing worker and the shard that
 * serves the subgraph make the same text without talking to each other.
 */
import type { AppName } from '../ids.ts';
import type { AppModel, EntityModel, EntityRef, ForeignContribution, LinkModel } from '../model/app-model.ts';
import type { Home } from '../naming/graph-names.ts';
import { CHANGE_OPERATION_SDL, changeSdl } from './change-sdl.ts';
import { type EntitySdl, entitySdl } from './entity-sdl.ts';
import { contributionSdl, type LinkToEntity } from './link-sdl.ts';
import { SHARED_SDL } from './shared-types.ts';
import { typeSdl } from './type-sdl.ts';
import { workflowSdl } from './workflow-sdl.ts';

/**
 * Changes whenever generated names or types do, or what they are composed to: no process mixes two generations under one
 * revision id, and what was composed is kept under it.
 */
export const ENGINE_VERSION = '6';

const HEADER =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';

/** A graph as both sides see it: its home and the model of each member. */
export interface GraphModels {
  readonly home: Home;
  readonly members: ReadonlyMap<AppName, AppModel>;
}

/** The entity behind a reference, when its app is in the graph and lets others relate to it. */
export function resolveReference(from: AppName, ref: EntityRef, graph: GraphModels): EntityModel | undefined {
  const model = graph.members.get(ref.app);
  if (model === undefined || (ref.app !== from && !model.exports.has(ref.entity))) return undefined;
  return model.entities.get(ref.entity);
}

/** Links of an entity whose target is in the graph. */
export function visibleLinks(entity: EntityModel, graph: GraphModels): readonly LinkModel[] {
  return entity.links.filter((link) => resolveReference(entity.app, link.target, graph) !== undefined);
}

/** Contributions of an app, grouped by the foreign entity they extend; only where that entity is in the graph. */
export function visibleContributions(
  model: AppModel,
  graph: GraphModels,
): readonly { readonly entity: EntityModel; readonly contributions: readonly ForeignContribution[] }[] {
  const groups = new Map<EntityModel, ForeignContribution[]>();
  for (const contribution of model.contributions) {
    const entity = resolveReference(model.app, contribution.on, graph);
    if (entity === undefined) continue;
    const group = groups.get(entity);
    if (group === undefined) groups.set(entity, [contribution]);
    else group.push(contribution);
  }
  return [...groups].map(([entity, contributions]) => ({ entity, contributions }));
}

export function subgraphSdl(model: AppModel, graph: GraphModels): string {
  const entities = [...entityParts(model, graph)];
  const parts = [
    HEADER,
    SHARED_SDL,
    ...entities.flatMap((sdl) => sdl.types),
    ...contributionParts(model, graph),
  ];
  if (entities.length > 0) {
    const queries = entities.flatMap((sdl) => sdl.queries);
    const mutations = entities.flatMap((sdl) => sdl.mutations);
    parts.push(typeSdl({ kind: 'type', name: 'Query', fields: queries }));
    parts.push(typeSdl({ kind: 'type', name: 'Mutation', fields: mutations }));
    parts.push(...subscriptionParts(model, graph));
  }
  return `${parts.join('\n\n')}\n`;
}

/** What gateways resolve from the events of the app. No shard executes it, so it is in no {@link EntitySdl}. */
function subscriptionParts(model: AppModel, { home }: GraphModels): readonly string[] {
  const changes = [...model.entities.values()]
    .filter(({ origin }) => origin !== 'engine_part')
    .map((entity) => changeSdl(entity, home));
  const fields = changes.map(({ subscription }) => subscription);
  return [
    CHANGE_OPERATION_SDL,
    ...changes.flatMap(({ types }) => types),
    typeSdl({ kind: 'type', name: 'Subscription', fields }),
  ];
}

/** The SDL parts of each entity of the app, then those of its workflows, made lazily. */
export function* entityParts(model: AppModel, graph: GraphModels): Generator<EntitySdl> {
  for (const entity of model.entities.values()) {
    const links = visibleLinks(entity, graph).map((link) => toEntity(model, link));
    yield entitySdl(entity, graph.home, links);
  }
  const workflows = workflowSdl(model, graph.home);
  if (workflows !== null) yield workflows;
}

/** What the app adds to the types of others. */
export function contributionParts(model: AppModel, graph: GraphModels): readonly string[] {
  return visibleContributions(model, graph).map(({ entity, contributions }) => {
    const links = contributions.map(({ link }) => toEntity(model, link));
    return contributionSdl(entity, links, graph.home);
  });
}

function toEntity<L extends LinkModel>(model: AppModel, link: L): LinkToEntity<L> {
  const isOwn = link.target.app === model.app;
  return { link, target: (isOwn ? model.entities.get(link.target.entity) : undefined) ?? null };
}
