/**
 * The queries that read the records of changes: the selection of `node` as the caller wrote it, on the fields of the
 * entity that list records, so that it goes the way of all queries.
 */
import type { EntityModel, EntityNames } from '@rocket/schema';
import {
  type FieldNode,
  Kind,
  OperationTypeNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { documentOf, type OwnDefinitions, withoutUnused } from '../../documents/own-definitions.ts';

export interface NodeQuery {
  readonly query: string;
  /** Variables of the caller's operation that it has. */
  readonly variables: readonly string[];
}

/** Names in the queries that no name of the caller's operation clashes with. */
export interface QueryNames {
  readonly where: string;
  readonly limit: string;
  readonly after: string;
  /** Keys of the answer: of the page, and of the record's key and version. */
  readonly page: string;
  readonly key: string;
  readonly version: string;
}

export interface NodeQueries {
  readonly names: QueryNames;
  /** Keys of the answer, one for each selection of `node`, and one where there is none. */
  readonly nodeNames: readonly string[];
  /** The records of some keys. */
  readonly byKey: NodeQuery;
  /** Pages of the records that there are, in a stable order. */
  readonly pages: NodeQuery;
}

export interface QueriedNodes {
  readonly own: OwnDefinitions;
  /** The selections of `node`, each with its own key in the answer; none where only other fields are selected. */
  readonly nodes: readonly (readonly FieldNode[])[];
  readonly entity: EntityModel;
  readonly api: EntityNames;
}

export function nodeQueries(of: QueriedNodes): NodeQueries {
  const names = unusedNames(of.own);
  const { where, limit, after } = names;
  const { api } = of;
  const records = { where, limit };
  const nodes = (of.nodes.length === 0 ? [[]] : of.nodes).map((selected, at) => ({
    alias: `${names.key}${at}`,
    selection: recordSelection(selected, of, names),
  }));
  const byKey = nodes.map((node) => field(api.many, { ...node, arguments: records }));
  const edge = nodes.map((node) => field('node', node));
  const connection = field(api.connection, {
    alias: names.page,
    arguments: { where, first: limit, after },
    selection: [
      field('edges', { selection: [field('cursor'), ...edge] }),
      field('pageInfo', { selection: [field('hasNextPage')] }),
    ],
  });
  const filter = variable(where, named(api.whereInput));
  const count = variable(limit, { kind: Kind.NON_NULL_TYPE, type: named('Int') });
  return {
    names,
    nodeNames: nodes.map(({ alias }) => alias),
    byKey: queryOf(of.own, byKey, [filter, count]),
    pages: queryOf(of.own, [connection], [filter, count, variable(after, named('String'))]),
  };
}

function queryOf(
  { operation, fragments }: OwnDefinitions,
  selections: readonly SelectionNode[],
  added: readonly VariableDefinitionNode[],
): NodeQuery {
  const own = withoutUnused({
    operation: {
      kind: Kind.OPERATION_DEFINITION,
      operation: OperationTypeNode.QUERY,
      ...(operation.name === undefined ? {} : { name: operation.name }),
      variableDefinitions: [...(operation.variableDefinitions ?? []), ...added],
      selectionSet: selectionSet(selections),
    },
    fragments,
  });
  const addedNames = new Set(added.map(({ variable: { name } }) => name.value));
  const defined = own.operation.variableDefinitions ?? [];
  return {
    query: print(documentOf(own)),
    variables: defined.map(({ variable: { name } }) => name.value).filter((name) => !addedNames.has(name)),
  };
}

function recordSelection(
  nodes: readonly FieldNode[],
  { entity }: QueriedNodes,
  names: QueryNames,
): readonly SelectionNode[] {
  return [
    field(entity.primaryKey.graphqlName, { alias: names.key }),
    field(entity.versionGraphqlName, { alias: names.version }),
    ...nodes.flatMap(({ selectionSet: selected }) => selected?.selections ?? []),
  ];
}

interface FieldParts {
  readonly alias?: string;
  /** Variables, by argument. */
  readonly arguments?: Readonly<Record<string, string>>;
  readonly selection?: readonly SelectionNode[];
}

function field(name: string, { alias, arguments: given = {}, selection }: FieldParts = {}): FieldNode {
  return {
    kind: Kind.FIELD,
    name: nameNode(name),
    ...(alias === undefined ? {} : { alias: nameNode(alias) }),
    arguments: Object.entries(given).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: nameNode(argument),
      value: { kind: Kind.VARIABLE, name: nameNode(value) },
    })),
    ...(selection === undefined ? {} : { selectionSet: selectionSet(selection) }),
  };
}

function selectionSet(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}

function variable(name: string, type: TypeNode): VariableDefinitionNode {
  return { kind: Kind.VARIABLE_DEFINITION, variable: { kind: Kind.VARIABLE, name: nameNode(name) }, type };
}

function named(type: string): Extract<TypeNode, { readonly kind: Kind.NAMED_TYPE }> {
  return { kind: Kind.NAMED_TYPE, name: nameNode(type) };
}

function nameNode(value: string) {
  return { kind: Kind.NAME, value } as const;
}

/** Aliases of the caller count too: two fields of one key would have to be the same field. */
function unusedNames(own: OwnDefinitions): QueryNames {
  const used = new Set<string>();
  visit(documentOf(own), {
    Name: ({ value }) => {
      used.add(value);
    },
  });
  let prefix = 'change';
  while ([...used].some((name) => name.startsWith(prefix))) prefix = `${prefix}_`;
  return {
    where: `${prefix}Where`,
    limit: `${prefix}Limit`,
    after: `${prefix}After`,
    page: `${prefix}Page`,
    key: `${prefix}Key`,
    version: `${prefix}Version`,
  };
}
