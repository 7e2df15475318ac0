/** The executable subgraph of one app in one graph revision. */
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import {
  type AppModel,
  entityNames,
  enumTypeName,
  type GraphModels,
  subgraphSdl,
  typeName,
} from '@rocket/schema';
import { type GraphQLSchema, parse } from 'graphql';
import { type NodeModel, type SubgraphNodes, subgraphNodes } from '../read/node-model.ts';
import { mutationResolvers, payloadRecord } from './mutation-resolvers.ts';
import { queryResolvers } from './query-resolvers.ts';
import { referenceResolver } from './reference-resolver.ts';
import { SCALARS } from './scalars.ts';
import { connectionResolvers, type GraphPlace, nodeResolvers } from './type-resolvers.ts';

type Resolvers = Record<string, Record<string, unknown>>;

export function buildSubgraph(model: AppModel, graph: GraphModels): GraphQLSchema {
  const nodes = subgraphNodes(model, graph);
  const place: GraphPlace = { home: graph.home, lookup: nodes.lookup };
  const resolvers = { ...SCALARS, ...enumResolvers(nodes, place), ...objectResolvers(nodes, place) };
  // The published type wants `any` for every source; ours are typed by the record or payload they are given.
  const module = { typeDefs: parse(subgraphSdl(model, graph)), resolvers: resolvers as GraphQLResolverMap };
  return buildSubgraphSchema([module]);
}

function objectResolvers(nodes: SubgraphNodes, place: GraphPlace): Resolvers {
  const resolvers: Resolvers = {};
  const query: Record<string, unknown> = {};
  const mutation: Record<string, unknown> = {};
  for (const node of nodes.all) {
    const ref = { app: node.entity.app, entity: node.entity.name };
    const type = typeName(ref, place.home);
    resolvers[type] = {
      ...nodeResolvers(node, place),
      __resolveReference: referenceResolver(node, type, place.lookup),
    };
    if (!node.owned) continue;
    const names = entityNames(ref, place.home);
    Object.assign(query, queryResolvers(node, names, place.lookup));
    Object.assign(mutation, mutationResolvers(node, names, place.lookup));
    Object.assign(resolvers, connectionResolvers(names));
    resolvers[names.payloadType] = { [names.one]: payloadRecord(node, place.lookup) };
  }
  if (Object.keys(query).length > 0) Object.assign(resolvers, { Query: query, Mutation: mutation });
  return resolvers;
}

/** GraphQL members stand for the stored values, in answers and inputs alike. */
function enumResolvers(nodes: SubgraphNodes, place: GraphPlace): Resolvers {
  const owned = nodes.all.filter((node): node is NodeModel => node.owned);
  return Object.fromEntries(
    owned.flatMap(({ entity }) =>
      entity.fields.flatMap((field) =>
        field.enumMembers === undefined
          ? []
          : [[enumTypeName(entity, field, place.home), Object.fromEntries(field.enumMembers)]],
      ),
    ),
  );
}
