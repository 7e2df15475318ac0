/** What those who carry changes to subscribers ask of the engine, and what they get. */
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { GraphKey } from '../graphs/graph-key.ts';
import type { GraphqlParameters } from '../http/graphql-request.ts';
import type { Identity } from '../identity/identity.ts';

export interface SubscribeRequest {
  readonly key: GraphKey;
  readonly identity: Identity;
  readonly parameters: GraphqlParameters;
  /** `Last-Event-ID` of server-sent events: goes before the argument `after`. */
  readonly lastEventId: string | null;
  readonly requestId: string;
  /** Equal for subscribers of whom is bounded what waits for all of them together. */
  readonly countedAs: string;
  /** Aborts when the subscriber has gone. */
  readonly signal: AbortSignal;
}

export interface ChangeMessage {
  readonly result: ExecutionResult;
  /** Where the subscription can be resumed behind this message. */
  readonly cursor: string;
}

export interface ChangeStream extends AsyncIterableIterator<ChangeMessage> {
  /**
   * Where the subscription began, for who is cut off before its first message; null where that is the beginning of a
   * snapshot, which has no cursor.
   */
  readonly cursor: string | null;
}

export interface Subscriptions {
  /**
   * The iterable ends by throwing a RocketError when the subscription cannot go on: `RESYNC_REQUIRED`, `SCHEMA_CHANGED`,
   * `SUBSCRIBER_TOO_SLOW`, `SHARD_UNAVAILABLE`, `NOT_READY`. What is not taken waits in a bounded queue.
   * @throws SubscriptionRefused for what is wrong with the document or its variables; RocketError for all else
   */
  subscribe(request: SubscribeRequest): Promise<ChangeStream>;
}

/** The document or its variables do not fit. Each error has the code of the catalogue among its extensions. */
export class SubscriptionRefused extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.name = 'SubscriptionRefused';
    this.errors = errors;
  }
}
