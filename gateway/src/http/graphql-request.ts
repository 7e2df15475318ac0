import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import type { HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { readPublicBody } from './read-public-body.ts';

/** A GraphQL request over HTTP, with its document at hand for the limits. */
export interface GraphqlRequest {
  readonly http: HTTPGraphQLRequest;
  /** Null when the parameter is missing or no text: Apollo Server says what is wrong with it. */
  readonly source: string | null;
}

/** @throws RocketError when the body is too large, of another type, or no JSON. */
export async function readGraphqlRequest(
  request: IncomingMessage,
  search: string,
  maxBodyBytes: number,
): Promise<GraphqlRequest> {
  const body = request.method === 'POST' ? await readPublicBody(request, maxBodyBytes) : undefined;
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // An answer without a body is still the answer to a GET.
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  return { http: { method, headers, search, body }, source: sourceOf(body, search) };
}

function sourceOf(body: unknown, search: string): string | null {
  if (body === undefined) return new URLSearchParams(search).get('query');
  if (typeof body !== 'object' || body === null || !('query' in body)) return null;
  return typeof body.query === 'string' ? body.query : null;
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
