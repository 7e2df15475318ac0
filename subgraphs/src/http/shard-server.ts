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
  parseJsonBody,
  readBody,
  type VerifiedCall,
} from '@rocket/platform';
import {
  encodeSubgraphAnswer,
  INTERNAL_CALL_HEADER,
  OPERATION_PATH,
  RocketError,
  readOperation,
  readPlace,
  type ShardService,
} from '@rocket/schema';
import { type AdminCall, adminCalls } from './internal-calls.ts';
import { errorAnswer, jsonAnswer, type OperatorParts, operatorAnswer } from './operator-answers.ts';

export interface ShardServerOptions extends OperatorParts {
  readonly service: ShardService;
  readonly internalKey: string;
  readonly logger: Logger;
  /** Largest body of an operation. Activations contain all sample data and may be larger. */
  readonly maxBodyBytes: number;
  readonly maxConnections?: number;
}

interface ServerParts extends ShardServerOptions {
  readonly verifier: InternalVerifier;
  readonly adminCalls: ReadonlyMap<string, AdminCall>;
}

/** Enough for an import with its sample rows; the gateway has a limit of its own. */
const MAX_ADMIN_BODY_BYTES = 256 * 1024 * 1024;

export function createShardServer(options: ShardServerOptions): HttpServer {
  const parts: ServerParts = {
    ...options,
    verifier: createInternalVerifier(options.internalKey),
    adminCalls: adminCalls(options.service),
  };
  return createHttpServer({
    handler: (request) => serve(parts, request),
    onError: errorAnswer,
    logger: options.logger,
    maxConnections: options.maxConnections,
  });
}

async function serve(options: ServerParts, request: IncomingMessage): Promise<HttpAnswer> {
  const path = request.url ?? '/';
  const ofOperators = await operatorAnswer(request, options);
  if (ofOperators !== null) return ofOperators;
  if (request.method !== 'POST') throw new RocketError('NOT_FOUND');
  const header = request.headers[INTERNAL_CALL_HEADER];
  if (typeof header !== 'string') throw new RocketError('UNAUTHENTICATED', 'Only gateways may call a shard');
  return path === OPERATION_PATH
    ? serveOperation(options, request, header)
    : serveAdminCall(options, request, { path, header });
}

async function serveOperation(
  { verifier, service, maxBodyBytes }: ServerParts,
  request: IncomingMessage,
  header: string,
): Promise<HttpAnswer> {
  const call = verifier.verifyCall(header, { method: 'POST', path: OPERATION_PATH });
  const operation = readOperation(await readSignedBody(request, call, maxBodyBytes));
  const answer = await service.execute(call.payload, operation, callerSignal(request));
  return { status: 200, ...encodeSubgraphAnswer(answer) };
}

/** The signature is checked before parsing, so an unsigned body is never parsed. */
async function readSignedBody(
  request: IncomingMessage,
  call: VerifiedCall<unknown>,
  maxBytes: number,
): Promise<unknown> {
  const bytes = await readBody(request, maxBytes);
  call.takeBody(bytes);
  return parseJsonBody(bytes);
}

async function serveAdminCall(
  parts: ServerParts,
  request: IncomingMessage,
  { path, header }: { path: string; header: string },
): Promise<HttpAnswer> {
  const signed = parts.verifier.verify(header, { method: 'POST', path });
  const place = readPlace(signed.payload);
  const call = parts.adminCalls.get(path);
  if (call === undefined) throw new RocketError('NOT_FOUND');
  const body = await readSignedBody(request, signed, MAX_ADMIN_BODY_BYTES);
  return jsonAnswer(200, await call(place, body));
}
