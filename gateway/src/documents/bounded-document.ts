import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { checkNesting } from '../limits/nesting.ts';
import { DEFAULT_OPERATION_LIMITS, exceededLimits } from '../limits/operation-limits.ts';

/** A caller's text, read as far as this is possible without a schema. */
export type BoundedDocument =
  | { readonly kind: 'document'; readonly document: DocumentNode }
  /** It exceeds a limit. */
  | { readonly kind: 'refused'; readonly error: GraphQLError }
  /** It cannot be parsed, for that reason. */
  | { readonly kind: 'malformed'; readonly error: GraphQLError };

/** @throws RocketError `GRAPHQL_PARSE_FAILED` for a document that nests too deeply to be parsed */
export function boundedDocument(source: string): BoundedDocument {
  checkNesting(source);
  const document = parsed(source);
  if (document instanceof GraphQLError) return { kind: 'malformed', error: document };
  const [error] = exceededLimits(document, DEFAULT_OPERATION_LIMITS);
  return error === undefined ? { kind: 'document', document } : { kind: 'refused', error };
}

function parsed(source: string): DocumentNode | GraphQLError {
  try {
    return parse(source, { maxTokens: DEFAULT_OPERATION_LIMITS.maxTokens });
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}
