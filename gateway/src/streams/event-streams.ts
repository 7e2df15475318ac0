import type { IncomingMessage } from 'node:http';
import type { HttpStream } from '@rocket/platform';
import { callerSignal, type HttpAnswer, within } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { NO_STORE } from '../http/answer.ts';
import type { HttpRequest } from '../http/dispatch.ts';
import { type GraphqlRequest, readGraphqlRequest, readQueryString } from '../http/graphql-request.ts';
import type { StreamSession } from '../identity/stream-sessions.ts';
import { SubscriptionRefused } from '../subscriptions/subscribe.ts';
import { callerAddress } from './caller-address.ts';
import type { CallerLimits, StreamCaller } from './caller-limits.ts';
import { EventStreamBody } from './event-stream-body.ts';
import type { OperationOpener } from './open-operation.ts';
import type { EventStreamPlace } from './operation-place.ts';
import type { OriginRule } from './origin-rule.ts';
import { isFault, publicErrors, refusedAnswer } from './stream-errors.ts';
import type { StreamMetrics } from './stream-metrics.ts';
import { StreamOperation } from './stream-operation.ts';
import type { StreamParts } from './stream-parts.ts';
import type { StreamSettings } from './stream-settings.ts';

export interface EventStreamsParts {
  readonly parts: StreamParts;
  readonly settings: StreamSettings;
  readonly limits: CallerLimits;
  readonly metrics: StreamMetrics;
  readonly opener: OperationOpener;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  ...NO_STORE,
  // nginx would keep events until a buffer is full.
  'x-accel-buffering': 'no',
};

/** The streams of server-sent events of a process, one for each operation. */
export class EventStreams {
  readonly #parts: EventStreamsParts;
  readonly #origins: OriginRule;
  readonly #bodies = new Set<EventStreamBody>();
  #closing = false;
  #onEmpty: () => void = () => undefined;

  constructor(parts: EventStreamsParts, origins: OriginRule) {
    this.#parts = parts;
    this.#origins = origins;
  }

  /** @throws RocketError for what is refused before the stream begins */
  async serve(asked: HttpRequest, place: EventStreamPlace): Promise<HttpStream | HttpAnswer> {
    if (this.#closing) throw new RocketError('NOT_READY');
    const { parts, limits } = this.#parts;
    // Before the body is read, so that strangers cannot make us read it.
    const session = await parts.sessions.open(asked.authorization);
    place.requireAudience(session.identity);
    const caller = { identity: session.identity, address: callerAddress(asked.message) };
    const release = limits.take('connections', caller);
    try {
      const request = await this.#read(asked, place);
      const operation = this.#operation({ asked, place, caller, request });
      await startFor(asked.message, operation);
      // A stop has not seen it yet, and would not wait for it.
      if (this.#closing) throw await ended(operation);
      return { status: 200, headers: HEADERS, stream: this.#body({ asked, operation, session, release }) };
    } catch (error) {
      release();
      if (error instanceof SubscriptionRefused) return { ...refusedAnswer(error), failure: error };
      throw error;
    }
  }

  check(): void {
    for (const body of this.#bodies) body.check();
  }

  /** Refuses streams from now on. */
  refuse(): void {
    this.#closing = true;
  }

  /** Asks all to come back, each at another time, and waits until they have been told. */
  async close(): Promise<void> {
    this.refuse();
    const { closeTimeoutMs, reconnectWithinMs } = this.#parts.settings;
    for (const body of this.#bodies) {
      const retryAfterMs = Math.round(Math.random() * reconnectWithinMs);
      body.finish(
        new RocketError('NOT_READY', 'The gateway restarts', { details: { retryAfterMs } }),
        retryAfterMs,
      );
    }
    const { promise: empty, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = resolve;
    if (this.#bodies.size === 0) resolve();
    await within(closeTimeoutMs, empty, () => undefined);
  }

  async #read({ message, search }: HttpRequest, place: EventStreamPlace): Promise<GraphqlRequest> {
    if (message.method === 'POST') {
      return await readGraphqlRequest(message, search, place.maxBodyBytes);
    }
    // An EventSource cannot send the headers by which other requests by GET show that no other page has made them.
    this.#origins(message.headers);
    return readQueryString(message, search);
  }

  #operation({ asked, place, caller, request }: Operation): StreamOperation {
    const { message, requestId } = asked;
    const id = message.headers['last-event-id'];
    const lastEventId = typeof id === 'string' && id !== '' ? id : null;
    return new StreamOperation({
      open: (signal) => this.#parts.opener.open({ place, caller, request, lastEventId, requestId }, signal),
      onFault: (err) =>
        this.#parts.parts.logger.error({ err, requestId }, 'a subscription could not be ended'),
    });
  }

  #body({ asked, operation, session, release }: Started): EventStreamBody {
    const { metrics, settings, parts } = this.#parts;
    const { message, requestId } = asked;
    const body = new EventStreamBody({
      ...{ operation, session, settings },
      onSent: () => metrics.sent('sse'),
      onError(error) {
        if (!isFault(publicErrors(error))) return;
        parts.logger.error({ err: error, requestId }, 'an operation of a stream of events failed');
      },
      onEnd: (code) => {
        release();
        metrics.closed('sse', code);
        signal.removeEventListener('abort', leave);
        this.#bodies.delete(body);
        if (this.#bodies.size === 0) this.#onEmpty();
      },
    });
    const leave = (): void => void body.return();
    const signal = callerSignal(message);
    metrics.opened('sse');
    this.#bodies.add(body);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
    // The session may have been revoked while the operation was begun.
    body.check();
    return body;
  }
}

interface Operation {
  readonly asked: HttpRequest;
  readonly place: EventStreamPlace;
  readonly caller: StreamCaller;
  readonly request: GraphqlRequest;
}

interface Started {
  readonly asked: HttpRequest;
  readonly operation: StreamOperation;
  readonly session: StreamSession;
  readonly release: () => void;
}

/** Begins the operation, and ends it if its caller goes meanwhile. */
async function startFor(message: IncomingMessage, operation: StreamOperation): Promise<void> {
  const signal = callerSignal(message);
  const leave = (): void => void operation.return();
  signal.addEventListener('abort', leave);
  try {
    await operation.start();
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

async function ended(operation: StreamOperation): Promise<RocketError> {
  await operation.return();
  return new RocketError('NOT_READY');
}
