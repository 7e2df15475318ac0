/** What the transports of subscriptions need from other parts of the gateway. */
import type { Logger, Metrics } from '@rocket/platform';
import type { ExecutionResult } from 'graphql';
import type { GraphKey } from '../graphs/graph-key.ts';
import type { GraphqlParameters } from '../http/graphql-request.ts';
import type { PersistedQueries } from '../http/persisted-queries.ts';
import type { Identity } from '../identity/identity.ts';
import type { StreamSessions } from '../identity/stream-sessions.ts';
import type { Subscriptions } from '../subscriptions/subscribe.ts';

/** A query or mutation that came over a WebSocket or as a stream of events. */
export interface ExecuteRequest {
  readonly key: GraphKey;
  readonly identity: Identity;
  readonly parameters: GraphqlParameters;
  readonly requestId: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface StreamParts {
  readonly subscriptions: Subscriptions;
  readonly execute: (request: ExecuteRequest) => Promise<ExecutionResult>;
  readonly sessions: StreamSessions;
  /** @throws RocketError `APP_NOT_FOUND`, `GRAPH_NOT_FOUND` */
  readonly requireGraph: (key: GraphKey) => void;
  /** @throws RocketError `UNAUTHENTICATED` when tokens like the caller's are not accepted at the graph */
  readonly requireAudience: (identity: Identity, key: GraphKey) => void;
  readonly persistedQueries: PersistedQueries;
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
