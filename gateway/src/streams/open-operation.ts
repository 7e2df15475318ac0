import { setImmediate } from 'node:timers/promises';
import { within } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { type ExecutionResult, getOperationAST, type OperationTypeNode } from 'graphql';
import { boundedDocument } from '../documents/bounded-document.ts';
import { OperationCache } from '../documents/operation-cache.ts';
import type { GraphqlParameters, GraphqlRequest } from '../http/graphql-request.ts';
import { SubscriptionRefused } from '../subscriptions/subscribe.ts';
import { type CallerLimits, callerKey, type StreamCaller } from './caller-limits.ts';
import type { OperationPlace } from './operation-place.ts';
import type { StreamMetrics } from './stream-metrics.ts';
import type { MessageSource, StreamMessage } from './stream-operation.ts';

export interface OperationRequest {
  readonly place: OperationPlace;
  readonly caller: StreamCaller;
  readonly request: GraphqlRequest;
  readonly lastEventId: string | null;
  readonly requestId: string;
}

export interface OperationOpenerParts {
  readonly limits: CallerLimits;
  readonly metrics: StreamMetrics;
}

/** Begins operations of all transports, each at its place. */
export class OperationOpener {
  readonly #parts: OperationOpenerParts;
  readonly #answering = new Set<Promise<ExecutionResult>>();
  /** Many subscribe with one text. */
  readonly #kinds = new OperationCache<OperationTypeNode>();
  #closing = false;

  constructor(parts: OperationOpenerParts) {
    this.#parts = parts;
  }

  /** @throws RocketError, SubscriptionRefused */
  async open(operation: OperationRequest, signal: AbortSignal): Promise<MessageSource> {
    const { place, requestId, lastEventId, caller } = operation;
    const { given: parameters, mayWrite } = await place.read(operation.request);
    if (this.#closing) throw new RocketError('NOT_READY');
    if (parameters === null) {
      throw new RocketError(
        'BAD_REQUEST',
        'The request needs the text of a query, and variables as an object',
      );
    }
    const request = { identity: caller.identity, parameters, requestId, signal };
    const kind = this.#kindOf(parameters);
    if (kind === 'subscription') {
      this.#count(caller, signal);
      return await place.subscribe({ ...request, lastEventId, countedAs: callerKey(caller) });
    }
    if (kind === 'mutation' && !mayWrite) {
      throw new RocketError('METHOD_NOT_ALLOWED', 'Mutations need POST', { details: { allow: 'POST' } });
    }
    return once(await this.#answer(place.execute(request)));
  }

  /** Refuses operations from now on, and waits for the answers of queries and mutations. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    await within(timeoutMs, Promise.allSettled(this.#answering), () => undefined);
    // The transport sends an answer in the turn in which it is there.
    await setImmediate();
  }

  /** Null for what is refused where it is executed. @throws RocketError `GRAPHQL_PARSE_FAILED` */
  #kindOf({ query, operationName }: GraphqlParameters): OperationTypeNode | null {
    const known = this.#kinds.get(query, operationName);
    if (known !== undefined) return known;
    const bounded = boundedDocument(query);
    if (bounded.kind !== 'document') return null;
    const kind = getOperationAST(bounded.document, operationName)?.operation ?? null;
    if (kind !== null) this.#kinds.set(query, operationName, kind);
    return kind;
  }

  /** @throws RocketError `TOO_MANY_REQUESTS` */
  #count(caller: StreamCaller, signal: AbortSignal): void {
    const { limits, metrics } = this.#parts;
    signal.throwIfAborted();
    const release = limits.take('subscriptions', caller);
    const ended = metrics.subscribed();
    const onEnd = (): void => {
      release();
      ended();
    };
    signal.addEventListener('abort', onEnd, { once: true });
  }

  async #answer(answer: Promise<ExecutionResult>): Promise<ExecutionResult> {
    this.#answering.add(answer);
    try {
      const result = await answer;
      const { data, errors = [] } = result;
      // Without data nothing was executed.
      if (data === undefined && errors.length > 0) throw new SubscriptionRefused(errors);
      return result;
    } finally {
      this.#answering.delete(answer);
    }
  }
}

async function* once(result: ExecutionResult): AsyncGenerator<StreamMessage, undefined, undefined> {
  yield { result, cursor: null };
}
