import { OperationTypeNode } from 'graphql';
import type { ServedGraph } from '../../graphs/served-graph.ts';
import type { GraphqlParameters } from '../../http/graphql-request.ts';

/** `errors`: it is refused, which later stages report. */
export type OperationKind = 'query' | 'mutation' | 'introspection' | 'errors';

/** @throws RocketError `GRAPHQL_PARSE_FAILED` for a document that nests too deeply to be parsed */
export function operationKind(
  { fastPath, documents }: ServedGraph,
  { query, operationName }: GraphqlParameters,
): OperationKind {
  const known = fastPath?.operations.find(query, operationName) ?? null;
  if (known !== null) return known.kind === 'write' ? 'mutation' : 'query';
  const preparation = documents.prepare(query, operationName);
  if (preparation.kind !== 'prepared') return 'errors';
  const { operation, introspection } = preparation.operation;
  if (operation.operation === OperationTypeNode.MUTATION) return 'mutation';
  return introspection.kind === 'none' ? 'query' : 'introspection';
}
