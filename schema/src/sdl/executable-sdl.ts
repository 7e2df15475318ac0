/** The SDL that a shard executes: the subgraph's, and the fields by which a federated gateway asks it. */
import type { AppModel } from '../model/app-model.ts';
import { typeName } from '../naming/graph-names.ts';
import { SHARED_SDL } from './shared-types.ts';
import { contributionParts, entityParts, type GraphModels, visibleContributions } from './subgraph-sdl.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';

/** The field of the federation specification that returns the SDL. */
const SERVICE = fieldSdl('_service: _Service!');
const ENTITIES = fieldSdl('_entities(representations: [_Any!]!): [_Entity]!');
const FEDERATION_TYPES = 'scalar _Any\n\ntype _Service {\n  sdl: String\n}';

/**
 * The executed part of what `subgraphSdl` defines, as lazily made pieces that are quick to parse: one for each entity,
 * which extends the root types with its fields. Together they are one valid document, except that the federation
 * directives are not defined.
 */
export function* executableSdl(model: AppModel, graph: GraphModels): Generator<string> {
  yield SHARED_SDL;
  yield federationSdl(entityTypes(model, graph));
  if (model.entities.size > 0) yield 'type Mutation';
  for (const { types, queries, mutations } of entityParts(model, graph)) {
    yield [...types, ...extension('Query', queries), ...extension('Mutation', mutations)].join('\n\n');
  }
  yield* contributionParts(model, graph);
}

/** GraphQL has no extensions without fields. */
function extension(name: string, fields: readonly string[]): readonly string[] {
  return fields.length === 0 ? [] : [typeSdl({ kind: 'extend type', name, fields })];
}

/** Names of the types that have a key: those of the app, and those of others that it adds to. */
function entityTypes(model: AppModel, graph: GraphModels): readonly string[] {
  const entities = [
    ...model.entities.values(),
    ...visibleContributions(model, graph).map(({ entity }) => entity),
  ];
  return entities.map(({ app, name }) => typeName({ app, entity: name }, graph.home));
}

function federationSdl(entities: readonly string[]): string {
  if (entities.length === 0)
    return [typeSdl({ kind: 'type', name: 'Query', fields: [SERVICE] }), FEDERATION_TYPES].join('\n\n');
  return [
    typeSdl({ kind: 'type', name: 'Query', fields: [ENTITIES, SERVICE] }),
    FEDERATION_TYPES,
    `union _Entity = ${entities.join(' | ')}`,
  ].join('\n\n');
}
