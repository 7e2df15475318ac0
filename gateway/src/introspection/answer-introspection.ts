import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';

/** Answers kept per graph. Tools send one of a few queries, again and again. */
const KEPT_ANSWERS = 4;

export interface Introspection {
  answer(
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>> | undefined,
  ): Promise<FormattedExecutionResult>;
}

/** Answers about the schema of one graph. An answer that no variable can change is made once. */
export function createIntrospection(schema: GraphQLSchema): Introspection {
  const answers = new LRUCache<DocumentNode, FormattedExecutionResult>({ max: KEPT_ANSWERS });
  return {
    async answer(document, variables) {
      const known = answers.get(document);
      if (known !== undefined) return known;
      const { data, errors } = await execute({
        schema,
        document,
        rootValue: {},
        ...(variables === undefined ? {} : { variableValues: variables }),
      });
      const answer = {
        ...(data === undefined ? {} : { data }),
        ...(errors === undefined ? {} : { errors: errors.map((error) => asUserError(error.toJSON())) }),
      };
      if (!hasVariables(document)) answers.set(document, answer);
      return answer;
    },
  };
}

function hasVariables(document: DocumentNode): boolean {
  return document.definitions.some(
    (node) => node.kind === 'OperationDefinition' && (node.variableDefinitions ?? []).length > 0,
  );
}

/** Only the arguments of these fields can be wrong. */
function asUserError(error: GraphQLFormattedError): GraphQLFormattedError {
  return { ...error, extensions: { code: 'BAD_USER_INPUT', retryable: false } };
}
