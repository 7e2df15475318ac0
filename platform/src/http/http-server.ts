/** A node:http server with the manners of ours: sane timeouts, request ids, whole answers, an orderly end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../telemetry/logger.ts';
import { acceptRequestId } from '../telemetry/request-ids.ts';

/** Longer than the idle timeout of usual load balancers (60 s), so that they close connections, not we under them. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_TIMEOUT_MS = 20_000;
/** For a whole request to arrive. */
const REQUEST_TIMEOUT_MS = 60_000;
/** How long a stop waits for requests in flight before it cuts their connections. */
const DRAIN_MS = 30_000;

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
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  let closing = false;
  const server = createServer((request, response) => {
    const requestId = acceptRequestId(request.headers['x-request-id']);
    answer(options, request, requestId)
      .then((result) => {
        write(response, result, { 'x-request-id': requestId, ...(closing ? { connection: 'close' } : {}) });
      })
      .catch((error: unknown) => {
        // An answer that cannot be sent, such as one with a header that HTTP does not allow.
        options.logger.error({ err: error, requestId }, 'an answer could not be sent');
        response.destroy();
      });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  return {
    listen: (port, host) => listen(server, port, host),
    async close() {
      closing = true;
      await close(server);
    },
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

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await promise;
  clearTimeout(cut);
}
