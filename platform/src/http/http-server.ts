/**
 * A node:http server with what all our servers need: limits for slow and silent callers, request ids, a log of faults,
 * an orderly stop.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../telemetry/logger.ts';
import { acceptRequestId } from '../telemetry/request-ids.ts';
import { AnswerBytes } from './answer-bytes.ts';
import { HttpConnections } from './http-connections.ts';
import { type HttpAnswer, writeAnswer } from './write-answer.ts';

/** Longer than the idle timeout of usual load balancers (60 s), so that they close idle connections before we do. */
const KEEP_ALIVE_MS = 65_000;
/** Time for a request's head to arrive, even if it arrives steadily. */
const HEADERS_TIMEOUT_MS = 10_000;
/**
 * Time for a whole request to arrive, even if it arrives steadily: a document with its sample rows over a slow line.
 */
const REQUEST_TIMEOUT_MS = 60_000;
/** How often Node looks for requests that have exceeded these two limits. */
const CHECK_EVERY_MS = 2_000;
/** Time within which a caller has to send more of their request, or receive more of their answer. */
const STALL_MS = 15_000;
const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_MAX_SENDING_BYTES = 256 * 1024 * 1024;

/** Answers one request. What it throws goes to `onError`, and as the answer's `failure` to the log. */
export type HttpHandler = (request: IncomingMessage, requestId: string) => Promise<HttpAnswer>;

export interface HttpServer {
  /** Resolves with the port, once connections are accepted. */
  listen(port: number, host: string): Promise<number>;
  /** Stops accepting, waits for requests in flight, closes all connections. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  /** Makes the answer for an error that the handler threw. */
  readonly onError: (error: unknown) => HttpAnswer;
  readonly logger: Logger;
  /** Most connections; further ones are closed at once. 10,000 by default. */
  readonly maxConnections?: number | undefined;
  /**
   * Most bytes of all large answers that are being sent; beyond it slow readers are cut off and new answers refused.
   * 256 MiB by default.
   */
  readonly maxSendingBytes?: number;
  /** How long a caller may neither send nor receive anything while we wait for them; 15 s by default. */
  readonly stallMs?: number;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { logger, onError } = options;
  const server = createBoundedServer(options);
  const connections = new HttpConnections(server);
  const sending = new AnswerBytes(options.maxSendingBytes ?? DEFAULT_MAX_SENDING_BYTES);
  server.on('request', (request, response) => {
    connections.begin(request, response);
    const requestId = acceptRequestId(request.headers['x-request-id']);
    answerOf(options, request, requestId)
      .then((answer) => {
        const last = connections.isClosing ? { connection: 'close' } : {};
        writeAnswer(response, answer, { sending, onError, headers: { 'x-request-id': requestId, ...last } });
      })
      .catch((error: unknown) => {
        // An answer that cannot be sent, such as one with a header that HTTP does not allow.
        logger.error({ err: error, requestId }, 'an answer could not be sent');
        response.destroy();
      });
  });
  return {
    listen: (port, host) => listen(server, port, host),
    close: () => connections.close(),
  };
}

function createBoundedServer({ stallMs, maxConnections }: HttpServerOptions): Server {
  const server = createServer({ connectionsCheckingInterval: CHECK_EVERY_MS });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.timeout = stallMs ?? STALL_MS;
  server.maxConnections = maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  return server;
}

async function answerOf(
  { handler, onError, logger }: HttpServerOptions,
  request: IncomingMessage,
  requestId: string,
): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await handler(request, requestId);
  } catch (error) {
    answer = { ...onError(error), failure: error };
  }
  const { status, failure: err } = answer;
  if (err === undefined) return answer;
  // Our own faults are logged. A 503 is a state that is reported elsewhere, and probes would log it every second.
  if (status === 500) logger.error({ err, requestId }, 'request failed');
  else if (status > 500) logger.debug({ err, requestId }, 'request turned away');
  return answer;
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
