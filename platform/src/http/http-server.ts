/**
 * A node:http server with what all our servers need: limits for slow and silent callers, request ids, a log of faults,
 * an orderly stop.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../telemetry/logger.ts';
import { acceptRequestId } from '../telemetry/request-ids.ts';
import { AnswerBytes } from './answer-bytes.ts';
import { HttpConnections } from './http-connections.ts';
import { type HttpStream, writeStream } from './http-stream.ts';
import { isUpgrade, type UpgradeHandler, upgrade } from './upgrade.ts';
import { commonHeaders, type HttpAnswer, writeAnswer } from './write-answer.ts';

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
/**
 * How long a stop waits for requests in flight, streams and upgraded connections before it cuts them: less than a
 * component may take to stop.
 */
const DRAIN_MS = 25_000;
const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_MAX_SENDING_BYTES = 256 * 1024 * 1024;

const NOT_SENT = 'an answer could not be sent';

/** Answers one request. What it throws goes to `onError`, and as the answer's `failure` to the log. */
export type HttpHandler = (request: IncomingMessage, requestId: string) => Promise<HttpAnswer | HttpStream>;

export interface HttpServer {
  /** Resolves with the port, once connections are accepted. */
  listen(port: number, host: string): Promise<number>;
  /**
   * Stops accepting, waits for requests in flight, closes all connections. Who has opened streams or owns upgraded
   * connections ends them; after a grace they are cut.
   */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly handler: HttpHandler;
  /** Makes the answer for an error that the handler threw. */
  readonly onError: (error: unknown) => HttpAnswer;
  /** Takes connections that are upgraded to WebSockets. Without it their requests go to the handler as all others do. */
  readonly onUpgrade?: UpgradeHandler;
  readonly logger: Logger;
  /** Most connections, upgraded ones among them; further ones are closed at once. 10,000 by default. */
  readonly maxConnections?: number | undefined;
  /**
   * Most bytes of all large answers that are being sent; beyond it slow readers are cut off and new answers refused.
   * 256 MiB by default.
   */
  readonly maxSendingBytes?: number;
  /** How long a caller may neither send nor receive anything while we wait for them; 15 s by default. */
  readonly stallMs?: number;
  /** How long a stop waits for requests in flight, streams and upgraded connections; 25 s by default. */
  readonly drainMs?: number;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { onUpgrade, stallMs = STALL_MS } = options;
  const server = createBoundedServer({ ...options, stallMs }, (request) => {
    return onUpgrade !== undefined && isUpgrade(request) && connections.mayUpgrade(request);
  });
  const connections = new HttpConnections(server, options.drainMs ?? DRAIN_MS);
  const sending = new AnswerBytes(options.maxSendingBytes ?? DEFAULT_MAX_SENDING_BYTES);
  const parts: ServerParts = { ...options, stallMs, connections, sending };
  server.on('request', (request, response) => serveRequest(parts, request, response));
  if (onUpgrade !== undefined) {
    server.on('upgrade', (request, _, head) => serveUpgrade({ ...parts, onUpgrade }, request, head));
  }
  return {
    listen: (port, host) => listen(server, port, host),
    close: () => connections.close(),
  };
}

interface ServerParts extends HttpServerOptions {
  readonly connections: HttpConnections;
  readonly sending: AnswerBytes;
  readonly stallMs: number;
}

function createBoundedServer(
  { stallMs, maxConnections }: Pick<ServerParts, 'stallMs' | 'maxConnections'>,
  shouldUpgradeCallback: (request: IncomingMessage) => boolean,
): Server {
  const server = createServer({ connectionsCheckingInterval: CHECK_EVERY_MS, shouldUpgradeCallback });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.timeout = stallMs;
  server.maxConnections = maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  return server;
}

function serveRequest(parts: ServerParts, request: IncomingMessage, response: ServerResponse): void {
  const { connections, sending, onError, logger } = parts;
  connections.begin(request, response);
  const requestId = acceptRequestId(request.headers['x-request-id']);
  answerOf(parts, request, requestId)
    .then((answer) => {
      const headers = commonHeaders(requestId, connections.isClosing);
      if ('stream' in answer) return writeStream(response, answer, headers);
      return writeAnswer(response, answer, { sending, onError, headers });
    })
    .catch((error: unknown) => {
      // A header that HTTP does not allow, or a stream that failed: no fault of ours if it did so because its reader
      // had gone.
      logger[response.destroyed ? 'debug' : 'error']({ err: error, requestId }, NOT_SENT);
      response.destroy();
    });
}

function serveUpgrade(
  parts: ServerParts & { readonly onUpgrade: UpgradeHandler },
  request: IncomingMessage,
  head: Buffer,
): void {
  const { connections, sending, onError, logger } = parts;
  connections.beginUpgraded(request.socket);
  const requestId = acceptRequestId(request.headers['x-request-id']);
  try {
    upgrade(request, head, {
      ...{ onUpgrade: parts.onUpgrade, stallMs: parts.stallMs, requestId },
      onSocketError: (error) => logger.debug({ err: error, requestId }, 'an upgraded connection failed'),
      answerTo: (error) => failureAnswer(parts, error, requestId),
      write: { sending, onError, headers: commonHeaders(requestId, true) },
    });
  } catch (error) {
    logger.error({ err: error, requestId }, NOT_SENT);
    request.socket.destroy();
  }
}

async function answerOf(
  parts: HttpServerOptions,
  request: IncomingMessage,
  requestId: string,
): Promise<HttpAnswer | HttpStream> {
  try {
    const answer = await parts.handler(request, requestId);
    if (!('stream' in answer)) logFailure(parts.logger, answer, requestId);
    return answer;
  } catch (error) {
    return failureAnswer(parts, error, requestId);
  }
}

function failureAnswer(
  { onError, logger }: HttpServerOptions,
  error: unknown,
  requestId: string,
): HttpAnswer {
  const answer = { ...onError(error), failure: error };
  logFailure(logger, answer, requestId);
  return answer;
}

function logFailure(logger: Logger, { status, failure: err }: HttpAnswer, requestId: string): void {
  if (err === undefined) return;
  // Our own faults are logged. A 503 is a state that is reported elsewhere, and probes would log it every second.
  if (status === 500) logger.error({ err, requestId }, 'request failed');
  else if (status > 500) logger.debug({ err, requestId }, 'request turned away');
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
