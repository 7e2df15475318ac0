/** The executable subgraph of one app in one graph revision. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type AppModel, entityNames, type GraphModels, subgraphSdl } from '@rocket/schema';
import { type GraphQLSchema, isUnionType, parse } from 'graphql';
import { refOf, type SubgraphNodes, subgraphNodes } from '../read/node-model.ts';
import type { SubgraphIndex } from '../read/plan-context.ts';
import { mutationResolvers, payloadResolvers, USER_ERROR_RESOLVERS } from './mutation-resolvers.ts';
import { SCALARS } from './scalars.ts';
import { shapedField, shapedType } from './shaped-value.ts';

export interface Subgraph {
  readonly model: AppModel;
  readonly schema: GraphQLSchema;
  readonly index: SubgraphIndex;
}

/** What the package takes as resolvers; it does not export the type. */
type ResolverMap = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']
>;

export function buildSubgraph(model: AppModel, graph: GraphModels): Subgraph {
  const nodes = subgraphNodes(model, graph);
  const resolvers = { ...SCALARS, UserError: USER_ERROR_RESOLVERS, ...writeResolvers(nodes, graph) };
  // The published type wants `any` for every source; ours are typed by the payload they are given.
  const module = { typeDefs: parse(subgraphSdl(model, graph)), resolvers: resolvers as ResolverMap };
  const schema = buildSubgraphSchema([module]);
  // Entities are read with all other root fields, before the executor runs.
  const entities = schema.getQueryType()?.getFields()['_entities'];
  if (entities !== undefined) entities.resolve = shapedField;
  const entity = schema.getType('_Entity');
  if (isUnionType(entity)) entity.resolveType = shapedType;
  return { model, schema, index: nodes.index };
}

/** Reading needs none: what was read already has the shape of the answer. */
function writeResolvers(nodes: SubgraphNodes, graph: GraphModels): Record<string, Record<string, unknown>> {
  const resolvers: Record<string, Record<string, unknown>> = {};
  const mutation: Record<string, unknown> = {};
  for (const node of nodes.all.filter(({ owned }) => owned)) {
    const names = entityNames(refOf(node), graph.home);
    Object.assign(mutation, mutationResolvers(node, names));
    resolvers[names.payloadType] = payloadResolvers(node, names);
  }
  return Object.keys(mutation).length === 0 ? resolvers : { ...resolvers, Mutation: mutation };
}
