import {
  CallerGone,
  createInternalSigner,
  type InternalRequest,
  remainingMs,
  withTimeLimit,
} from '@rocket/platform';
import {
  APP_CALLS,
  type Call,
  type CallContext,
  encodeOperation,
  encodePlace,
  INTERNAL_CALL_HEADER,
  type Messages,
  OPERATION_PATH,
  type Placed,
  type ShardService,
  type ShardUsers,
  type ShardWebhooks,
  USER_CALLS,
  WEBHOOK_CALLS,
} from '@rocket/schema';
import { Pool } from 'undici';
import { CircuitBreaker } from './circuit-breaker.ts';
import { parseReply, type Reply, readAnswer, refusalOf } from './shard-reply.ts';
import { AnswerTimeout, isTimeout, waitedTooShort } from './shard-timeout.ts';
import { isUnreachable, ShardUnreachable, unreachable } from './shard-unreachable.ts';

/** A shard that does not complete the handshake within this time counts as dead. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Longer than an import's largest step takes, shorter than an admin waits without a sign of life. */
const ADMIN_TIMEOUT_MS = 120_000;
/** For calls that do little, and that somebody waits for. */
const SHORT_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;

export interface HttpShardService extends ShardService {
  /** True when the shard's process answers; bypasses the circuit breaker. */
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
  readonly encode: () => string;
  /** Makes the header that signs this request. */
  readonly sign: (request: InternalRequest) => string;
  readonly timeoutMs: number;
  /** Aborts the exchange. */
  readonly caller?: AbortSignal | undefined;
  /** Makes the result from an answer that is no refusal. */
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
  const asking =
    (timeoutMs: number): Ask =>
    (call) =>
    (at, input) =>
      send({
        path: call.path,
        encode: () => call.encodeInput(at, input),
        sign: (request) => signer.sign(encodePlace(at), request),
        timeoutMs,
        read: (reply) => call.readAnswer(parseReply(reply, target)),
      });
  const ask = asking(ADMIN_TIMEOUT_MS);
  const askShortly = asking(SHORT_TIMEOUT_MS);
  return {
    execute: (context: CallContext, operation, caller) =>
      send({
        path: OPERATION_PATH,
        encode: () => encodeOperation(operation),
        sign: (request) => signer.signCall(context, request),
        timeoutMs: remainingMs(context.deadlineAtMs),
        caller,
        read: readAnswer,
      }),
    activate: (input) => ask(APP_CALLS.activate)(input, input),
    settleActivation: (input) => ask(APP_CALLS.settleActivation)(input, input),
    adoptDatabase: ask(APP_CALLS.adoptDatabase),
    removeApp: ask(APP_CALLS.removeApp),
    advise: ask(APP_CALLS.advise),
    slowQueries: ask(APP_CALLS.slowQueries),
    outbox: ask(APP_CALLS.outbox),
    storedEvents: askShortly(APP_CALLS.storedEvents),
    handleEvent: ask(APP_CALLS.handleEvent),
    users: httpUsers(askShortly),
    webhooks: httpWebhooks(ask),
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
    // Any failure means that the process is not healthy.
    return false;
  }
}

/** Makes the function that sends one kind of call to a shard. */
type Ask = <M extends Messages>(call: Call<M>) => (at: Placed, input: M['input']) => Promise<M['answer']>;

function httpUsers(ask: Ask): ShardUsers {
  return {
    login: ask(USER_CALLS.login),
    refresh: ask(USER_CALLS.refresh),
    logout: ask(USER_CALLS.logout),
    list: ask(USER_CALLS.list),
    find: ask(USER_CALLS.find),
    add: ask(USER_CALLS.add),
    remove: ask(USER_CALLS.remove),
  };
}

async function post<T>(pool: Pool, target: string, exchange: Exchange<T>): Promise<T> {
  const reply = await exchangeText(pool, target, exchange);
  if (reply.status >= 400) throw refusalOf(reply, target);
  return exchange.read(reply, target);
}

async function exchangeText(pool: Pool, target: string, exchange: Exchange<unknown>): Promise<Reply> {
  const request = { method: 'POST', path: exchange.path, body: exchange.encode() } as const;
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

function httpWebhooks(ask: Ask): ShardWebhooks {
  return {
    endpoints: ask(WEBHOOK_CALLS.endpoints),
    secret: ask(WEBHOOK_CALLS.secret),
    rotate: ask(WEBHOOK_CALLS.rotate),
    setEnabled: ask(WEBHOOK_CALLS.setEnabled),
    deliveries: ask(WEBHOOK_CALLS.deliveries),
    delivery: ask(WEBHOOK_CALLS.delivery),
    redeliver: ask(WEBHOOK_CALLS.redeliver),
    test: ask(WEBHOOK_CALLS.test),
  };
}
