import type { HTTPGraphQLRequest } from '@apollo/server';
import { builtInNumbers, holdsRawNumber } from '@rocket/schema';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { GraphContext } from '../graph-context.ts';
import type { GraphqlParameters, GraphqlRequest } from '../http/graphql-request.ts';
import { checkConditions } from './condition-variables.ts';
import type { DocumentStage, PreparedOperation } from './prepare-document.ts';

/** A request for Apollo Server, with what its plugins need to know about it. */
export interface PreparedRequest {
  readonly http: HTTPGraphQLRequest;
  readonly more: Pick<GraphContext, 'asked' | 'refusal'>;
}

/** Valid in every schema; replaces a refused document, which must not be parsed and validated. */
const NOTHING = '{ __typename }';

/** Brings a request into a form that the planner and the subgraphs handle correctly. */
export function prepareRequest(request: GraphqlRequest, documents: DocumentStage): PreparedRequest {
  const { given } = request;
  if (given === null) return { http: request.http, more: {} };
  const preparation = documents.prepare(given.query, given.operationName);
  switch (preparation.kind) {
    case 'malformed':
      return { http: request.http, more: {} };
    case 'refused':
      return refusedRequest(request, preparation.error);
    case 'prepared':
      return withVariables(request, given, { asked: preparation.operation, schema: documents.schema });
    default:
      return preparation satisfies never;
  }
}

/** A request whose answer is the error, in the form of GraphQL over HTTP. */
function refusedRequest(request: GraphqlRequest, refusal: GraphQLError): PreparedRequest {
  return { http: request.with({ query: NOTHING }), more: { refusal } };
}

function withVariables(
  request: GraphqlRequest,
  given: GraphqlParameters,
  { asked, schema }: { readonly asked: PreparedOperation; readonly schema: GraphQLSchema },
): PreparedRequest {
  try {
    checkConditions(asked.conditions, given.variables);
    const isInexact = asked.values !== null || holdsRawNumber(given.variables);
    if (!isInexact && asked.text === given.query) return { http: request.http, more: { asked } };
    const exact = isInexact
      ? { ...builtInNumbers(schema, asked.operation, given.variables ?? {}), ...asked.values }
      : given.variables;
    if (request.http.method !== 'POST' && holdsRawNumber(exact)) throw needsPost();
    const variables = exact === undefined ? {} : { variables: exact };
    return { http: request.with({ ...given, query: asked.text, ...variables }), more: { asked } };
  } catch (error) {
    if (error instanceof GraphQLError) return refusedRequest(request, error);
    throw error;
  }
}

/** Apollo Server parses the variables of a GET itself, and would round them. */
function needsPost(): GraphQLError {
  return new GraphQLError(
    'A number is beyond what JavaScript can hold: give it as text, or send the request by POST',
    {
      extensions: { code: 'BAD_USER_INPUT' },
    },
  );
}
