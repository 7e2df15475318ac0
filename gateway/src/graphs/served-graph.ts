import type { ApolloServer, HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import type { Logger } from '@rocket/platform';
import type { GraphRevision } from '@rocket/schema';
import type { GraphContext } from '../graph-context.ts';

/** A request to a graph without what the graph itself adds. */
export type GraphRequestContext = Omit<GraphContext, 'graph'>;

/**
 * One composition that takes requests. Replaced as a whole, never changed: requests in flight finish on the one they
 * began with, and its Apollo Server is stopped when the last of them has.
 */
export class ServedGraph {
  readonly revision: GraphRevision;
  readonly #server: ApolloServer<GraphContext>;
  readonly #logger: Logger;
  #inFlight = 0;
  #retired = false;
  readonly #stopped = Promise.withResolvers<void>();

  constructor(revision: GraphRevision, server: ApolloServer<GraphContext>, logger: Logger) {
    this.revision = revision;
    this.#server = server;
    this.#logger = logger;
  }

  /** Document cache, validation, plan and execution of one request. */
  async execute(
    httpGraphQLRequest: HTTPGraphQLRequest,
    context: GraphRequestContext,
  ): Promise<HTTPGraphQLResponse> {
    this.#inFlight += 1;
    try {
      return await this.#server.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: async () => ({ ...context, graph: this.revision.id }),
      });
    } finally {
      this.#inFlight -= 1;
      if (this.#retired && this.#inFlight === 0) this.#stop();
    }
  }

  /** Runs a first plan, so that no caller pays for what is set up lazily. */
  async warm(): Promise<void> {
    const contextValue: GraphContext = {
      requestId: 'warm-up',
      graph: this.revision.id,
      deadlineAtMs: Number.POSITIVE_INFINITY,
      callerFor: () => ({ userId: null, email: null, roles: [], isAdmin: false }),
      forwardedHeaders: {},
    };
    await this.#server.executeOperation({ query: '{ __typename }' }, { contextValue });
  }

  /** Takes no new requests from here on. Resolves when those in flight are done and the server is stopped. */
  retire(): Promise<void> {
    if (!this.#retired) {
      this.#retired = true;
      if (this.#inFlight === 0) this.#stop();
    }
    return this.#stopped.promise;
  }

  #stop(): void {
    this.#server
      .stop()
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'a replaced graph did not stop cleanly'))
      .finally(() => this.#stopped.resolve());
  }
}
