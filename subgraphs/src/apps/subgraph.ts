/** The executable subgraph of one app in one graph revision. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AppModel,
  buildTrustedSchema,
  entityNames,
  executableSdl,
  type GraphModels,
  subgraphSdl,
} from '@rocket/schema';
import {
  type GraphQLFieldResolver,
  type GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
  isScalarType,
  isUnionType,
} from 'graphql';
import {
  mutationResolvers,
  payloadResolvers,
  USER_ERROR_RESOLVERS,
} from '../operation/mutation-resolvers.ts';
import type { RequestContext } from '../operation/request-context.ts';
import { SCALARS } from '../operation/scalars.ts';
import { shapedField, shapedType } from '../operation/shaped-value.ts';
import { workflowResolvers } from '../operation/workflow-resolvers.ts';
import { refOf, type SubgraphIndex, type SubgraphNodes, subgraphNodes } from '../read/node-model.ts';

export interface Subgraph {
  readonly model: AppModel;
  readonly schema: GraphQLSchema;
  readonly index: SubgraphIndex;
}

/** Resolvers of the fields of one type, by field. */
type FieldResolvers<Source, Args> = Readonly<
  Record<string, GraphQLFieldResolver<Source, RequestContext, Args>>
>;

/** Builds in slices between which the event loop does other work, because the shard serves other apps meanwhile. */
export async function buildSubgraph(model: AppModel, graph: GraphModels): Promise<Subgraph> {
  const nodes = subgraphNodes(model, graph);
  const schema = await buildTrustedSchema(executableSdl(model, graph), nextTurn);
  for (const [name, scalar] of Object.entries(SCALARS)) parseAs(schema.getType(name), scalar);
  resolveFields(schema.getType('UserError'), USER_ERROR_RESOLVERS);
  resolveFields(schema.getType('_Service'), { sdl: () => subgraphSdl(model, graph) });
  // Entities are read with all other root fields, before the executor runs.
  resolveFields(schema.getQueryType(), { _service: () => ({}), _entities: shapedField });
  const entity = schema.getType('_Entity');
  if (isUnionType(entity)) entity.resolveType = shapedType;
  resolveWrites(schema, { model, nodes, graph });
  return { model, schema, index: nodes.index };
}

/** Reads need no resolvers of their own: their results already have the shape of the answer. */
function resolveWrites(
  schema: GraphQLSchema,
  { model, nodes, graph }: { model: AppModel; nodes: SubgraphNodes; graph: GraphModels },
): void {
  const mutation = schema.getMutationType();
  for (const node of nodes.all.filter(({ owned }) => owned)) {
    const names = entityNames(refOf(node), graph.home);
    if (node.entity.origin === 'document') {
      resolveFields(mutation, mutationResolvers({ model, node, names, home: graph.home }));
    }
    resolveFields(schema.getType(names.payloadType), payloadResolvers(node, names));
  }
  // The schema has them only where the document has workflows.
  resolveFields(mutation, workflowResolvers(model.app, graph.home));
}

function resolveFields<Source, Args>(type: unknown, resolvers: FieldResolvers<Source, Args>): void {
  if (!isObjectType(type)) return;
  const fields = type.getFields();
  for (const [name, resolve] of Object.entries(resolvers)) {
    const field = fields[name];
    if (field !== undefined) field.resolve = resolve;
  }
}

function parseAs(type: unknown, scalar: GraphQLScalarType): void {
  if (!isScalarType(type)) return;
  type.serialize = scalar.serialize;
  type.parseValue = scalar.parseValue;
  type.parseLiteral = scalar.parseLiteral;
}
