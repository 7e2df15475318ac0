/** Serves a shard over HTTP to gateways, and to nobody else: without a valid signature not even the body is read. */
import type { IncomingMessage } from 'node:http';
import {
  callerSignal,
  createHttpServer,
  createInternalVerifier,
  type HttpAnswer,
  type HttpServer,
  type InternalVerifier,
  type Logger,
  type Metrics,
  parseJsonBody,
  readBody,
  type VerifiedCall,
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
  readonly maxConnections?: number;
}

interface ServerParts extends ShardServerOptions {
  readonly calls: InternalVerifier;
}

/** An import with its sample rows; the gateway has its own limit in front. */
const MAX_ADMIN_BODY_BYTES = 256 * 1024 * 1024;

export function createShardServer(options: ShardServerOptions): HttpServer {
  const calls = createInternalVerifier(options.internalKey);
  return createHttpServer({
    handler: (request) => serve({ ...options, calls }, request),
    onError: errorAnswer,
    logger: options.logger,
    maxConnections: options.maxConnections,
  });
}

async function serve(options: ServerParts, request: IncomingMessage): Promise<HttpAnswer> {
  const path = request.url ?? '/';
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
  { calls, service, maxBodyBytes }: ServerParts,
  request: IncomingMessage,
  header: string,
): Promise<HttpAnswer> {
  const call = calls.verifyCall(header, { method: 'POST', path: INTERNAL_PATHS.graphql });
  const operation = readOperation(await readSignedBody(request, call, maxBodyBytes));
  return answered(await service.execute(call.payload, operation, callerSignal(request)));
}

/** Checked before it is parsed: what was not signed is not looked at. */
async function readSignedBody(
  request: IncomingMessage,
  call: VerifiedCall<unknown>,
  maxBytes: number,
): Promise<unknown> {
  const bytes = await readBody(request, maxBytes);
  call.takeBody(bytes);
  return parseJsonBody(bytes);
}

/** What a gateway must know before it decides whether to parse the body at all is in the headers. */
function answered(answer: SubgraphAnswer): HttpAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (answer.hasErrors) headers[INTERNAL_ANSWER_HEADERS.hasErrors] = '1';
  if (answer.lsn !== null) headers[INTERNAL_ANSWER_HEADERS.lsn] = answer.lsn;
  return { status: 200, headers, body: answer.json() };
}

async function serveAdminCall(
  { calls, service }: ServerParts,
  request: IncomingMessage,
  { path, header }: { path: string; header: string },
): Promise<HttpAnswer> {
  const signed = calls.verify(header, { method: 'POST', path });
  const place = readSignedPlace(signed.payload);
  const call = adminCalls(service)[path];
  if (call === undefined) throw new RocketError('NOT_FOUND');
  const body = await readSignedBody(request, signed, MAX_ADMIN_BODY_BYTES);
  return json(200, (await call(place, body)) ?? null);
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
