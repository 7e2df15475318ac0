import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { checkJsonDepth, type HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { readPublicBody } from './read-public-body.ts';

/** The parameters of a well-formed request. */
export interface GraphqlParameters {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** A GraphQL request over HTTP, with its document at hand for the limits. */
export interface GraphqlRequest {
  /** For Apollo Server; made when it is asked for, since most requests never get there. */
  readonly http: HTTPGraphQLRequest;
  /** Null when the parameter is missing or no text: Apollo Server says what is wrong with it. */
  readonly source: string | null;
  /** The Accept header, empty when there is none. */
  readonly accept: string;
  /** Null for what only Apollo Server decides about: other methods than POST, extensions, and anything malformed. */
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
  return {
    get http() {
      return httpRequest(request, search, body);
    },
    source: sourceOf(body, search),
    accept: request.headers.accept ?? '',
    parameters: parametersOf(body),
  };
}

/** Those that Apollo Server parses as JSON. */
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
  // An answer without a body is still the answer to a GET.
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  return { method, headers, search, body };
}

function sourceOf(body: unknown, search: string): string | null {
  if (body === undefined) return new URLSearchParams(search).get('query');
  if (!isRecord(body)) return null;
  return typeof body['query'] === 'string' ? body['query'] : null;
}

function parametersOf(body: unknown): GraphqlParameters | null {
  if (!isRecord(body)) return null;
  const { query, variables = null, operationName = null, extensions = null } = body;
  if (typeof query !== 'string' || extensions !== null) return null;
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

/** @throws RocketError `INTERNAL_ERROR` for an answer in parts, which no executor of ours gives. */
export function graphqlAnswer(response: HTTPGraphQLResponse): HttpAnswer {
  if (response.body.kind !== 'complete') throw new RocketError('INTERNAL_ERROR', 'An answer in parts');
  return {
    status: response.status ?? 200,
    headers: { 'cache-control': 'no-store', ...Object.fromEntries(response.headers) },
    body: response.body.string,
  };
}
