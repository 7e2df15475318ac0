import type { ApolloServer } from '@apollo/server';
import type { HttpAnswer, Logger } from '@rocket/platform';
import type { GraphRevision } from '@rocket/schema';
import type { DocumentStage } from '../documents/prepare-document.ts';
import { prepareRequest } from '../documents/prepare-request.ts';
import type { FastPath } from '../fast-path/fast-path.ts';
import type { GraphContext } from '../graph-context.ts';
import { type GraphqlRequest, graphqlAnswer } from '../http/graphql-request.ts';

/** A request to a graph without what the graph itself adds. */
export type GraphRequestContext = Omit<GraphContext, 'graph' | 'fetched' | 'asked' | 'refusal'>;

export interface ServedGraphParts {
  readonly server: ApolloServer<GraphContext>;
  readonly documents: DocumentStage;
  /** Null where no operation can pass through unread. */
  readonly fastPath: FastPath | null;
  readonly logger: Logger;
}

/**
 * One composition that takes requests. Replaced as a whole, never changed: requests in flight finish on the one they
 * began with, and its Apollo Server is stopped when the last of them has.
 */
export class ServedGraph {
  readonly revision: GraphRevision;
  readonly #server: ApolloServer<GraphContext>;
  readonly #documents: DocumentStage;
  readonly #fastPath: FastPath | null;
  readonly #logger: Logger;
  #inFlight = 0;
  #retired = false;
  readonly #stopped = Promise.withResolvers<void>();

  constructor(revision: GraphRevision, { server, documents, fastPath, logger }: ServedGraphParts) {
    this.revision = revision;
    this.#server = server;
    this.#documents = documents;
    this.#fastPath = fastPath;
    this.#logger = logger;
  }

  /**
   * Document cache, validation, plan and execution of one request.
   * @throws RocketError for a document that nests too deeply to be parsed
   */
  async execute(request: GraphqlRequest, context: GraphRequestContext): Promise<HttpAnswer> {
    this.#inFlight += 1;
    try {
      const atGraph = { ...context, graph: this.revision.id };
      if (this.#fastPath === null) return await this.#executeInFull(request, atGraph);
      const result = await this.#fastPath.serve(request, atGraph);
      switch (result.kind) {
        case 'answer':
          return result.answer;
        case 'fetched':
          return await this.#executeInFull(request, { ...atGraph, fetched: result.fetched });
        case 'pass': {
          const answer = await this.#executeInFull(request, atGraph);
          this.#fastPath.learn(request, answer);
          return answer;
        }
        default:
          return result satisfies never;
      }
    } finally {
      this.#inFlight -= 1;
      if (this.#retired && this.#inFlight === 0) this.#stop();
    }
  }

  async #executeInFull(request: GraphqlRequest, context: GraphContext): Promise<HttpAnswer> {
    const { http, more } = prepareRequest(request, this.#documents);
    const response = await this.#server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: http,
      context: async () => ({ ...context, ...more }),
    });
    return graphqlAnswer(response);
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
