import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { parseJsonBody } from '@rocket/platform';
import { checkNotForged } from './forged-requests.ts';
import { bodyOf, checkParameters, searchWith } from './query-string.ts';
import { receivePublicBody } from './read-public-body.ts';

/** The parameters of a well-formed request. */
export interface GraphqlParameters {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** What a request says of a text that it may leave out. */
export interface Persisted {
  /** The extension `persistedQuery` as it came, unchecked. */
  readonly extension: unknown;
  /** The text beside it; null when there is none, or an empty one. */
  readonly text: string | null;
}

/** A GraphQL request over HTTP. */
export interface GraphqlRequest {
  /** The request for Apollo Server; made on first use, because most requests never get there. */
  readonly http: HTTPGraphQLRequest;
  /** The same with other parameters. */
  with(parameters: GraphqlParameters): HTTPGraphQLRequest;
  /** The same with the text that was left out, and without extensions, which mean nothing to any later stage. */
  withText(query: string): GraphqlRequest;
  /**
   * The given parameters, from POST or GET; null for what only Apollo Server decides about: anything malformed, and a
   * persisted query whose text was not put in. Other extensions, such as the library that Apollo's clients name, change
   * nothing.
   */
  readonly given: GraphqlParameters | null;
  /** Null for an ordinary request. */
  readonly persisted: Persisted | null;
  /** The Accept header, empty when there is none. */
  readonly accept: string;
  /** False for a GET, by which nothing may be changed. */
  readonly mayWrite: boolean;
}

/** A request that has been received whole, and is not read yet. */
export interface ReceivedRequest {
  /** The body of a POST, the query string of a GET. */
  readonly parameters: Buffer | string;
  /** @throws RocketError `BAD_REQUEST` for a body that is no JSON */
  read(): GraphqlRequest;
}

/**
 * @throws RocketError when the body is too large or of another type; for a GET that a page of another site could have
 * made a browser send
 */
export async function receiveGraphqlRequest(
  request: IncomingMessage,
  search: string,
  maxBodyBytes: number,
): Promise<ReceivedRequest> {
  if (request.method === 'POST') {
    const bytes = await receivePublicBody(request, maxBodyBytes);
    return { parameters: bytes, read: () => requestWith(request, { search, body: parseJsonBody(bytes) }) };
  }
  checkNotForged(request.headers);
  return { parameters: search, read: () => readQueryString(request, search) };
}

/** A GET whose origin was checked. @throws RocketError `BAD_REQUEST` for parameters that nest too deeply */
export function readQueryString(request: IncomingMessage, search: string): GraphqlRequest {
  checkParameters(search);
  return requestWith(request, { search, body: undefined });
}

/** @throws RocketError as `receiveGraphqlRequest`, and for what is no JSON */
export async function readGraphqlRequest(
  request: IncomingMessage,
  search: string,
  maxBodyBytes: number,
): Promise<GraphqlRequest> {
  return (await receiveGraphqlRequest(request, search, maxBodyBytes)).read();
}

type RequestHead = Pick<IncomingMessage, 'method' | 'headers'>;

/** Where the parameters of a request are: in its body, or for a GET, which has none, in its query string. */
interface Content {
  readonly search: string;
  readonly body: unknown;
}

/** Parameters that did not come in an HTTP request, as somebody would have posted them. */
export function postedRequest(parameters: object, accept: string): GraphqlRequest {
  const head = { method: 'POST', headers: { 'content-type': 'application/json', accept } };
  return requestWith(head, { search: '', body: parameters });
}

function requestWith(request: RequestHead, { search, body }: Content): GraphqlRequest {
  const isGet = body === undefined;
  const all = isGet ? bodyOf(search) : body;
  const replaced = (parameters: Readonly<Record<string, unknown>>): Content =>
    isGet
      ? { search: searchWith(search, parameters), body }
      : { search, body: { ...(isRecord(body) ? body : {}), ...parameters } };
  return {
    get http() {
      return httpRequest(request, { search, body });
    },
    with: (parameters) => httpRequest(request, replaced({ ...parameters })),
    withText: (query) => requestWith(request, replaced({ query, extensions: null })),
    given: parametersOf(all),
    persisted: persistedOf(all),
    accept: request.headers.accept ?? '',
    mayWrite: !isGet,
  };
}

function httpRequest(request: RequestHead, { search, body }: Content): HTTPGraphQLRequest {
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
  if (extensions !== null && (!isRecord(extensions) || extensionOf(extensions) !== null)) return null;
  if (variables !== null && !isRecord(variables)) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  return {
    query,
    ...(variables === null ? {} : { variables }),
    ...(operationName === null ? {} : { operationName }),
  };
}

function persistedOf(body: unknown): Persisted | null {
  if (!isRecord(body) || !isRecord(body['extensions'])) return null;
  const extension = extensionOf(body['extensions']);
  const { query = null } = body;
  if (extension === null || (query !== null && typeof query !== 'string')) return null;
  return { extension, text: query === '' ? null : query };
}

function extensionOf(extensions: Readonly<Record<string, unknown>>): unknown {
  return extensions['persistedQuery'] ?? null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
