/** HTTP requests to addresses that documents name, so to hosts that nobody here vouches for. */
import { lookup } from 'node:dns/promises';
import { LRUCache } from 'lru-cache';
import { Agent, type Dispatcher } from 'undici';
import { withTimeLimit } from '../lifecycle/deadline.ts';
import { createSlots } from '../lifecycle/slots.ts';
import { createAddressGuard } from './address-guard.ts';
import { type GuardedConnectorOptions, guardedConnector } from './guarded-connector.ts';
import { OutgoingError } from './outgoing-error.ts';

/** Further requests to the same origin wait, within their time. */
const CONNECTIONS_PER_ORIGIN = 16;
const CONNECT_TIMEOUT_MS = 5_000;
/** More of an answer is not read. */
export const MAX_OUTGOING_ANSWER_BYTES = 64 * 1024;

export interface OutgoingRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** Null for none. */
  readonly body: string | null;
  /** For everything, from the look-up of the name to the end of the answer. */
  readonly timeoutMs: number;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Its first {@link MAX_OUTGOING_ANSWER_BYTES}. */
  readonly body: string;
  /** The header `Retry-After` as it came; null when it was not there. */
  readonly retryAfter: string | null;
}

export interface OutgoingClient {
  /**
   * Follows no redirects, so their status is that of the answer.
   * @throws OutgoingError when there was no answer
   */
  send(request: OutgoingRequest): Promise<OutgoingAnswer>;
  /** Ends what is still under way. */
  close(): Promise<void>;
}

export interface OutgoingClientOptions {
  /** Addresses and networks that may be called beside those of the internet; `private` means all that are private. */
  readonly allow: readonly string[];
  readonly resolve?: Resolve;
}

/**
 * Makes clients that share what is known of names and addresses, each with connections of its own: what is slow at one does
 * not hold up the others. @returns takes the number of connections to each origin
 */
export function createOutgoingClients({
  allow,
  resolve = resolveAll,
}: OutgoingClientOptions): (connections: number) => OutgoingClient {
  const guard = { isAllowed: createAddressGuard(allow), resolve: shared(resolve) };
  const connect = guardedConnector({ ...guard, timeoutMs: CONNECT_TIMEOUT_MS });
  return (connections) => clientOf(new Agent({ connections, connect }));
}

export function createOutgoingClient(options: OutgoingClientOptions): OutgoingClient {
  return createOutgoingClients(options)(CONNECTIONS_PER_ORIGIN);
}

function clientOf(agent: Agent): OutgoingClient {
  return {
    send: async (request) => {
      const url = checkedUrl(request.url);
      try {
        return await withTimeLimit(request.timeoutMs, undefined, (signal) =>
          exchange(agent, { url, request, signal }),
        );
      } catch (error) {
        throw outgoingError(url, error);
      }
    },
    close: () => agent.destroy(),
  };
}

type Resolve = GuardedConnectorOptions['resolve'];

async function resolveAll(hostname: string): ReturnType<Resolve> {
  return await lookup(hostname, { all: true });
}

/** Names that took long to look up, or could not be, of which so many are remembered. */
const MAX_SLOW_NAMES = 1_000;
const SLOW_NAME_MS = 500;

/**
 * Who asks for a name that is being looked up gets that answer. Each look-up keeps one of the process's few threads, which
 * hash passwords too, so that a name server that does not answer must not get all of them: one name at a time of those
 * that were slow before.
 */
function shared(resolve: Resolve): Resolve {
  const underWay = new Map<string, ReturnType<Resolve>>();
  const slow = new LRUCache<string, true>({ max: MAX_SLOW_NAMES });
  const inTurn = createSlots(1);
  const timed: Resolve = async (hostname) => {
    const startedAtMs = performance.now();
    try {
      return await resolve(hostname);
    } finally {
      if (performance.now() - startedAtMs > SLOW_NAME_MS) slow.set(hostname, true);
      else slow.delete(hostname);
    }
  };
  return (hostname) => {
    const known = underWay.get(hostname);
    if (known !== undefined) return known;
    const asking = slow.has(hostname) ? inTurn.run(() => timed(hostname)) : timed(hostname);
    const asked = asking.finally(() => underWay.delete(hostname));
    underWay.set(hostname, asked);
    return asked;
  };
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  // A port of more is no part of any URL.
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.port === '0')
    throw new OutgoingError(
      'forbidden',
      'Only http and https addresses with a port of 1 to 65535 may be called',
    );
  if (url.username !== '' || url.password !== '')
    throw new OutgoingError('forbidden', 'An address with credentials may not be called');
  return url;
}

async function exchange(
  agent: Agent,
  of: { readonly url: URL; readonly request: OutgoingRequest; readonly signal: AbortSignal },
): Promise<OutgoingAnswer> {
  const { url, request, signal } = of;
  const { statusCode, headers, body } = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers: request.headers,
    body: request.body,
    signal,
  });
  const { 'retry-after': retryAfter = null } = headers;
  return {
    status: statusCode,
    body: await readStart(body),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  };
}

/** Leaving the loop early ends the connection. */
async function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('The body of an answer is not in bytes');
    // A chunk is a view of all that was read with it, of which its sender can make much more than of the chunk.
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size >= MAX_OUTGOING_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_OUTGOING_ANSWER_BYTES).toString('utf8');
}

function outgoingError(url: URL, error: unknown): OutgoingError {
  if (error instanceof OutgoingError) return error;
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  const message = isLate ? `${url.host} did not answer in time` : `${url.host} could not be called`;
  return new OutgoingError(isLate ? 'timeout' : 'network', message, error);
}
