/** A node:http server with the manners of ours: bounds for slow and silent callers, request ids, an orderly end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RocketError } from '@rocket/schema';
import type { Logger } from '../telemetry/logger.ts';
import { acceptRequestId } from '../telemetry/request-ids.ts';
import { AnswerBytes, LARGE_ANSWER_BYTES } from './answer-bytes.ts';
import { HttpConnections } from './http-connections.ts';

/** Longer than the idle timeout of usual load balancers (60 s), so that they close connections, not we under them. */
const KEEP_ALIVE_MS = 65_000;
/** For a head to arrive, however steadily. */
const HEADERS_TIMEOUT_MS = 10_000;
/** For a whole request to arrive, however steadily: a document with its sample rows over a slow line. */
const REQUEST_TIMEOUT_MS = 60_000;
/** How often Node looks for requests that are past those two. */
const CHECK_EVERY_MS = 2_000;
/** For a caller to go on with what they are sending, or to take more of what they are sent. */
const STALL_MS = 15_000;
/** How long a stop waits for requests in flight before it cuts their connections: less than a component may take to stop. */
const DRAIN_MS = 25_000;
const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_MAX_SENDING_BYTES = 256 * 1024 * 1024;

/** A whole HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Answers one request. What it throws goes to `onError`. */
export type HttpHandler = (request: IncomingMessage, requestId: string) => Promise<HttpAnswer>;

export interface HttpServer {
  /** Resolves with the port, once connections are accepted. */
  listen(port: number, host: string): Promise<number>;
  /** Stops accepting, waits for requests in flight, closes all connections. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  /** Makes the answer for what the handler threw. */
  readonly onError: (error: unknown) => HttpAnswer;
  readonly logger: Logger;
  /** Connections past it are closed as they come; 10,000 by default. */
  readonly maxConnections?: number | undefined;
  /** Of large answers that are being sent, in all; past it slow readers are cut off and new ones refused. 256 MiB by default. */
  readonly maxSendingBytes?: number;
  /** How long a caller may neither send nor take anything while it is their turn; 15 s by default. */
  readonly stallMs?: number;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const server = createServer({ connectionsCheckingInterval: CHECK_EVERY_MS });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.timeout = options.stallMs ?? STALL_MS;
  server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  const connections = new HttpConnections(server);
  const sending = new AnswerBytes(options.maxSendingBytes ?? DEFAULT_MAX_SENDING_BYTES);
  server.on('request', (request, response) => {
    connections.begin(request, response);
    const requestId = acceptRequestId(request.headers['x-request-id']);
    answer(options, request, requestId)
      .then((result) => {
        const more = { 'x-request-id': requestId, ...(connections.isClosing ? { connection: 'close' } : {}) };
        write(response, admitted(result, { response, sending, onError: options.onError }), more);
      })
      .catch((error: unknown) => {
        // An answer that cannot be sent, such as one with a header that HTTP does not allow.
        options.logger.error({ err: error, requestId }, 'an answer could not be sent');
        response.destroy();
      });
  });
  return {
    listen: (port, host) => listen(server, port, host),
    close: () => close(server, connections),
  };
}

async function answer(
  { handler, onError, logger }: HttpServerOptions,
  request: IncomingMessage,
  requestId: string,
): Promise<HttpAnswer> {
  try {
    return await handler(request, requestId);
  } catch (error) {
    const result = onError(error);
    // A fault of ours is for the log. A 503 is a state that is told elsewhere, and probes ask for it every second.
    if (result.status === 500) logger.error({ err: error, requestId }, 'request failed');
    else if (result.status > 500) logger.debug({ err: error, requestId }, 'request turned away');
    return result;
  }
}

/** The answer, or a refusal where there is no room to send it. */
function admitted(
  answer: HttpAnswer,
  at: { response: ServerResponse; sending: AnswerBytes; onError: HttpServerOptions['onError'] },
): HttpAnswer {
  const { body } = answer;
  if (body.length < LARGE_ANSWER_BYTES || at.response.destroyed) return answer;
  // Bytes of our own: Node would set aside three for each character of a text until the last has been taken.
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (at.sending.take(at.response, bytes.length)) return { ...answer, body: bytes };
  return at.onError(new RocketError('NOT_READY', 'Too many large answers are being sent'));
}

function write(
  response: ServerResponse,
  { status, headers, body }: HttpAnswer,
  more: Record<string, string>,
): void {
  if (response.destroyed) return;
  const length = status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...headers, ...more, ...length, 'x-content-type-options': 'nosniff' });
  // Node leaves the body out of answers to HEAD.
  response.end(body);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    resolve(portOf(server.address(), port));
  });
  return promise;
}

function portOf(address: AddressInfo | string | null, asked: number): number {
  return address === null || typeof address === 'string' ? asked : address.port;
}

async function close(server: Server, connections: HttpConnections): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  connections.closeUnused();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await promise;
  clearTimeout(cut);
}
