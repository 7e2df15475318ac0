/** Resolvers of object types: everything below a root field is already loaded and only has to be handed out. */
import type { EntityNames, FieldModel, LinkModel } from '@rocket/schema';
import { type AppName, typeName } from '@rocket/schema';
import type { GraphQLResolveInfo } from 'graphql';
import type { LoadedConnection } from '../read/loaded-connection.ts';
import type { NodeLookup, NodeModel } from '../read/node-model.ts';
import { LINKS, type LoadedRecord } from '../read/record.ts';

type FieldResolver = (source: never, args: unknown, context: never, info: GraphQLResolveInfo) => unknown;

export interface GraphPlace {
  readonly home: AppName | null;
  readonly lookup: NodeLookup;
}

/** Fields of an entity's type that are not plain columns. */
export function nodeResolvers(node: NodeModel, graph: GraphPlace): Record<string, FieldResolver> {
  const resolvers: Record<string, FieldResolver> = {};
  for (const [name, field] of node.fields) {
    if (field.kind === 'column' && field.field.type === 'file')
      resolvers[name] = fileResolver(node, field.field);
    if (field.kind === 'link') resolvers[name] = linkResolver(node, field.link, graph);
    if (field.kind === 'connection') resolvers[name] = loadedLink;
  }
  return resolvers;
}

/** A connection's records go by the response path they are selected under. */
export function connectionResolvers(names: EntityNames): Record<string, Record<string, FieldResolver>> {
  return {
    [names.connectionType]: {
      nodes: (connection: LoadedConnection, _args, _context, info) =>
        connection.views.get(String(info.path.key)) ?? [],
      edges: (connection: LoadedConnection, _args, _context, info): Edge[] =>
        connection.cursors.map((cursor, index) => ({
          connection,
          index,
          cursor,
          path: String(info.path.key),
        })),
      pageInfo: pageInfo,
    },
    [names.edgeType]: {
      node: (edge: Edge, _args, _context, info) =>
        edge.connection.views.get(`${edge.path}.${info.path.key}`)?.[edge.index] ?? null,
    },
  };
}

interface Edge {
  readonly connection: LoadedConnection;
  readonly index: number;
  readonly cursor: string;
  readonly path: string;
}

function pageInfo(connection: LoadedConnection) {
  return {
    hasNextPage: connection.hasNextPage,
    hasPreviousPage: connection.hasPreviousPage,
    startCursor: connection.cursors.at(0) ?? null,
    endCursor: connection.cursors.at(-1) ?? null,
  };
}

function loadedLink(
  record: LoadedRecord,
  _args: unknown,
  _context: never,
  info: GraphQLResolveInfo,
): unknown {
  const value = record[LINKS].get(String(info.path.key));
  if (value instanceof Error) throw value;
  return value ?? null;
}

function linkResolver(node: NodeModel, link: LinkModel, graph: GraphPlace): FieldResolver {
  const target = graph.lookup(link.target);
  if (target?.owned === true) return loadedLink;
  const local = node.entity.fieldByName.get(link.localField);
  const key = target?.entity.primaryKey.graphqlName;
  if (local === undefined || key === undefined)
    throw new TypeError(`Relation ${link.relation} leads nowhere`);
  const __typename = typeName(link.target, graph.home);
  return (record: LoadedRecord) => {
    const value = record[local.graphqlName];
    return value === null || value === undefined ? null : { __typename, [key]: value };
  };
}

/** The stored object names its properties as Rocket did; the URL is made here, since it depends on the app. */
function fileResolver(node: NodeModel, field: FieldModel): FieldResolver {
  return (record: LoadedRecord) => {
    const file = record[field.graphqlName];
    if (file === null || typeof file !== 'object') return null;
    const stored: Readonly<Record<string, unknown>> = { ...file };
    const id = stored['id'];
    return {
      id,
      filename: stored['filename'],
      size: stored['size'],
      mimeType: stored['mime_type'],
      url: `/apps/${node.entity.app}/files/${String(id)}`,
    };
  };
}
