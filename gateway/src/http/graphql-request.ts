import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { checkJsonDepth } from '@rocket/platform';
import { parseJson } from '@rocket/schema';
import { readPublicBody } from './read-public-body.ts';

/** The parameters of a well-formed request. */
export interface GraphqlParameters {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** A GraphQL request over HTTP. */
export interface GraphqlRequest {
  /** The request for Apollo Server; made on first use, because most requests never get there. */
  readonly http: HTTPGraphQLRequest;
  /** The same with other parameters. */
  with(parameters: GraphqlParameters): HTTPGraphQLRequest;
  /** The given parameters, from POST or GET; null for a malformed request, whose fault Apollo Server reports. */
  readonly given: GraphqlParameters | null;
  /** The Accept header, empty when there is none. */
  readonly accept: string;
  /**
   * Null for what only Apollo Server decides about: other methods than POST, persisted queries, and anything malformed.
   * Other extensions, such as the library that Apollo's clients name, change nothing.
   */
  readonly parameters: GraphqlParameters | null;
}

/** @throws RocketError when the body is too large, of another type, or no JSON. */
export async function readGraphqlRequest(
  request: IncomingMessage,
  search: string,
  maxBodyBytes: number,
): Promise<GraphqlRequest> {
  const body = request.method === 'POST' ? await readPublicBody(request, maxBodyBytes) : undefined;
  if (body === undefined) checkParameters(search);
  const parameters = body === undefined ? null : parametersOf(body);
  return {
    get http() {
      return httpRequest(request, search, body);
    },
    with: (parameters) =>
      body === undefined
        ? httpRequest(request, searchWith(search, parameters), undefined)
        : httpRequest(request, search, { ...(isRecord(body) ? body : {}), ...parameters }),
    get given() {
      return body === undefined ? parametersOf(bodyOf(search)) : parameters;
    },
    accept: request.headers.accept ?? '',
    parameters,
  };
}

/** The parameters of a GET as a POST has them. */
function bodyOf(search: string): unknown {
  const given = new URLSearchParams(search);
  const variables = given.get('variables');
  try {
    return {
      query: given.get('query'),
      operationName: given.get('operationName'),
      variables: variables === null ? null : parseJson(variables),
      extensions: given.has('extensions') ? parseJson(given.get('extensions') ?? '') : null,
    };
  } catch (error) {
    // Apollo Server reports that it is not JSON.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function searchWith(search: string, { query, variables, operationName }: GraphqlParameters): string {
  const given = new URLSearchParams(search);
  given.set('query', query);
  if (variables !== undefined) given.set('variables', JSON.stringify(variables));
  if (operationName !== undefined) given.set('operationName', operationName);
  return `?${given}`;
}

/** Checks the parameters that Apollo Server parses as JSON. */
function checkParameters(search: string): void {
  const parameters = new URLSearchParams(search);
  for (const name of ['variables', 'extensions']) {
    checkJsonDepth(parameters.get(name) ?? '', `The parameter ${name}`);
  }
}

function httpRequest(request: IncomingMessage, search: string, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // A HEAD request is handled like a GET; Node omits the body.
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  return { method, headers, search, body };
}

function parametersOf(body: unknown): GraphqlParameters | null {
  if (!isRecord(body)) return null;
  const { query, variables = null, operationName = null, extensions = null } = body;
  if (typeof query !== 'string') return null;
  if (extensions !== null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return null;
  if (variables !== null && !isRecord(variables)) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  return {
    query,
    ...(variables === null ? {} : { variables }),
    ...(operationName === null ? {} : { operationName }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
