/** Serves a shard over HTTP to gateways, and to nobody else: without a valid signature not even the body is read. */
import type { IncomingMessage } from 'node:http';
import {
  createHttpServer,
  type HttpAnswer,
  type HttpServer,
  type Logger,
  type Metrics,
  readJsonBody,
  verifyInternal,
  verifyInternalCall,
} from '@rocket/platform';
import {
  INTERNAL_ANSWER_HEADERS,
  INTERNAL_CALL_HEADER,
  INTERNAL_PATHS,
  RocketError,
  type ShardService,
  type SubgraphAnswer,
} from '@rocket/schema';
import { adminCalls, readOperation, readSignedPlace } from './internal-calls.ts';

export interface ShardServerOptions {
  readonly service: ShardService;
  readonly internalKey: string;
  readonly logger: Logger;
  /** Of one operation. Activations carry whole sample data and may be larger. */
  readonly maxBodyBytes: number;
  /** Resolves while the shard can serve; what it rejects with is logged, not shown. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: Metrics;
}

/** An import with its sample rows; the gateway has its own limit in front. */
const MAX_ADMIN_BODY_BYTES = 256 * 1024 * 1024;

export function createShardServer(options: ShardServerOptions): HttpServer {
  return createHttpServer({
    handler: (request) => serve(options, request),
    onError: errorAnswer,
    logger: options.logger,
  });
}

async function serve(options: ShardServerOptions, request: IncomingMessage): Promise<HttpAnswer> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  if (request.method === 'GET' && path === '/health') return json(200, { status: 'ok' });
  if (request.method === 'GET' && path === '/ready') return ready(options);
  if (request.method === 'GET' && path === '/metrics') return renderMetrics(options.metrics);
  if (request.method !== 'POST') throw new RocketError('NOT_FOUND');
  const header = request.headers[INTERNAL_CALL_HEADER];
  if (typeof header !== 'string') throw new RocketError('UNAUTHENTICATED', 'Only gateways may call a shard');
  return path === INTERNAL_PATHS.graphql
    ? serveOperation(options, request, header)
    : serveAdminCall(options, request, { path, header });
}

async function renderMetrics(metrics: Metrics): Promise<HttpAnswer> {
  const { contentType, body } = await metrics.render();
  return { status: 200, headers: { 'content-type': contentType }, body };
}

async function ready(options: ShardServerOptions): Promise<HttpAnswer> {
  try {
    await options.checkReady();
  } catch (cause) {
    throw new RocketError('NOT_READY', undefined, { cause });
  }
  return json(200, { status: 'ready' });
}

async function serveOperation(
  options: ShardServerOptions,
  request: IncomingMessage,
  header: string,
): Promise<HttpAnswer> {
  const context = verifyInternalCall(header, options.internalKey);
  const operation = readOperation(await readJsonBody(request, options.maxBodyBytes));
  return answered(await options.service.execute(context, operation));
}

/** What a gateway must know before it decides whether to parse the body at all is in the headers. */
function answered(answer: SubgraphAnswer): HttpAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (answer.hasErrors) headers[INTERNAL_ANSWER_HEADERS.hasErrors] = '1';
  if (answer.lsn !== null) headers[INTERNAL_ANSWER_HEADERS.lsn] = answer.lsn;
  return { status: 200, headers, body: answer.json() };
}

async function serveAdminCall(
  options: ShardServerOptions,
  request: IncomingMessage,
  at: { path: string; header: string },
): Promise<HttpAnswer> {
  const signed = readSignedPlace(verifyInternal(at.header, options.internalKey));
  const call = adminCalls(options.service)[at.path];
  if (call === undefined) throw new RocketError('NOT_FOUND');
  const body = await readJsonBody(request, MAX_ADMIN_BODY_BYTES);
  return json(200, (await call(signed, body)) ?? null);
}

function json(status: number, value: unknown): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** Only what the catalogue knows is shown. */
function errorAnswer(error: unknown): HttpAnswer {
  const known = error instanceof RocketError ? error : new RocketError('INTERNAL_ERROR');
  const { code, message, details } = known;
  return json(known.status, { error: { code, message, details } });
}
