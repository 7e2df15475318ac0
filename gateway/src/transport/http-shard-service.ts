import { CallerGone, createInternalSigner, type InternalRequest } from '@rocket/platform';
import type { CallContext, Placed, ShardService, ShardUsers } from '@rocket/schema';
import { INTERNAL_CALL_HEADER, INTERNAL_PATHS } from '@rocket/schema';
import { Pool } from 'undici';
import { remainingMs, withTimeLimit } from '../execution/deadline.ts';
import { readAdvice, readSlowQueries } from './advice-answers.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import {
  parseReply,
  type Reply,
  readActivation,
  readDone,
  readSession,
  readSettlement,
  readUser,
  readUsers,
  refusalOf,
} from './shard-answers.ts';
import { AnswerTimeout, isTimeout, waitedTooShort } from './shard-timeout.ts';
import { isUnreachable, ShardUnreachable, unreachable } from './shard-unreachable.ts';
import { readSubgraphAnswer } from './subgraph-answer.ts';

/** A shard that does not complete the handshake by then is dead. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Longer than an import's largest step takes, shorter than an admin waits without a sign of life. */
const ADMIN_TIMEOUT_MS = 120_000;
const USERS_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;

export interface HttpShardService extends ShardService {
  /** Asks the shard's process for a sign of life, past the circuit breaker. */
  isHealthy(): Promise<boolean>;
  close(): Promise<void>;
}

export interface HttpShardOptions {
  readonly url: string;
  /** For messages: callers may know the shard's name, not its address. */
  readonly name: string;
  readonly internalKey: string;
}

/** One exchange with a shard. */
interface Exchange<T> {
  readonly path: string;
  readonly body: unknown;
  /** Makes the header that this one request is believed for. */
  readonly sign: (request: InternalRequest) => string;
  readonly timeoutMs: number;
  /** Gives the exchange up. */
  readonly caller?: AbortSignal | undefined;
  /** Makes the result of an answer that is no refusal. */
  readonly read: (reply: Reply, target: string) => T;
}

/** The shard contract over HTTP. */
export function createHttpShardService(options: HttpShardOptions): HttpShardService {
  const pool = new Pool(new URL(options.url).origin, {
    connections: MAX_CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: 10_000,
  });
  const breaker = new CircuitBreaker();
  const signer = createInternalSigner(options.internalKey);
  const target = `Shard ${options.name}`;
  const send = <T>(exchange: Exchange<T>): Promise<T> =>
    breaker.run(() => post(pool, target, exchange), {
      isDead: isUnreachable,
      tellsNothing: (error) => waitedTooShort(error) || error instanceof CallerGone,
      onOpen: () => new ShardUnreachable(`${target} does not answer`, { beforeSending: true }),
    });
  const admin: AdminSend = (path, body, read) =>
    send({
      path,
      body,
      sign: (request) => signer.sign({ app: body.app, epoch: body.epoch }, request),
      timeoutMs: path.startsWith('/internal/users/') ? USERS_TIMEOUT_MS : ADMIN_TIMEOUT_MS,
      read: (reply, at) => read(parseReply(reply, at)),
    });
  return {
    execute: (context: CallContext, { query, variables, operationName }, caller) =>
      send({
        path: INTERNAL_PATHS.graphql,
        body: { query, variables, operationName },
        sign: (request) => signer.signCall(context, request),
        timeoutMs: remainingMs(context.deadlineAtMs),
        caller,
        read: readSubgraphAnswer,
      }),
    activate: (input) => admin(INTERNAL_PATHS.activate, input, readActivation),
    settleActivation: (input) => admin(INTERNAL_PATHS.settleActivation, input, readSettlement),
    removeApp: (at) => admin(INTERNAL_PATHS.removeApp, at, readDone),
    advise: (at) => admin(INTERNAL_PATHS.advise, at, readAdvice),
    slowQueries: (at, input) => admin(INTERNAL_PATHS.slowQueries, { ...at, ...input }, readSlowQueries),
    users: httpUsers(admin),
    isHealthy: () => isHealthy(pool),
    close: () => pool.close(),
  };
}

async function isHealthy(pool: Pool): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const { statusCode, body } = await pool.request({ path: '/health', method: 'GET', signal });
    await body.dump();
    return statusCode === 200;
  } catch {
    // No answer of any kind is the answer.
    return false;
  }
}

type AdminSend = <T>(path: string, body: Placed, read: (body: unknown) => T) => Promise<T>;

function httpUsers(admin: AdminSend): ShardUsers {
  return {
    login: (at, input) => admin(INTERNAL_PATHS.usersLogin, { ...at, ...input }, readSession),
    refresh: (at, input) => admin(INTERNAL_PATHS.usersRefresh, { ...at, ...input }, readSession),
    logout: (at, input) => admin(INTERNAL_PATHS.usersLogout, { ...at, ...input }, readDone),
    list: (at) => admin(INTERNAL_PATHS.usersList, at, readUsers),
    add: (at, input) => admin(INTERNAL_PATHS.usersAdd, { ...at, ...input }, readUser),
    remove: (at, input) => admin(INTERNAL_PATHS.usersRemove, { ...at, ...input }, readDone),
  };
}

async function post<T>(pool: Pool, target: string, exchange: Exchange<T>): Promise<T> {
  const reply = await exchangeText(pool, target, exchange);
  if (reply.status >= 400) throw refusalOf(target, reply.status, parseReply(reply, target));
  return exchange.read(reply, target);
}

async function exchangeText(pool: Pool, target: string, exchange: Exchange<unknown>): Promise<Reply> {
  const request = { method: 'POST', path: exchange.path, body: JSON.stringify(exchange.body) } as const;
  const signature = exchange.sign(request);
  try {
    return await withTimeLimit(exchange.timeoutMs, exchange.caller, async (signal) => {
      const { statusCode, headers, body } = await pool.request({
        ...request,
        headers: { 'content-type': 'application/json', [INTERNAL_CALL_HEADER]: signature },
        headersTimeout: exchange.timeoutMs,
        bodyTimeout: exchange.timeoutMs,
        signal,
      });
      return { status: statusCode, headers, text: await body.text() };
    });
  } catch (error) {
    if (error instanceof CallerGone) throw error;
    throw isTimeout(error) ? new AnswerTimeout(exchange.timeoutMs, error) : unreachable(target, error);
  }
}
