import type { ApolloServer } from '@apollo/server';
import type { Logger } from '@rocket/platform';
import type { GraphRevision } from '@rocket/schema';
import type { ReadScopes } from '../access/read-scopes.ts';
import type { GraphQuestions } from '../cache/questions/graph-questions.ts';
import type { DocumentStage } from '../documents/prepare-document.ts';
import type { FastPath } from '../fast-path/fast-path.ts';
import type { GraphContext } from '../graph-context.ts';

/** The stages that a request goes through at one graph, each with what it keeps for that graph alone. */
export interface GraphStages {
  /** Null where the graph is not of apps of ours. */
  readonly scopes: ReadScopes | null;
  /** Null when no answer is kept. */
  readonly questions: GraphQuestions | null;
  /** Null when no answer can be passed on unread. */
  readonly fastPath: FastPath | null;
  readonly documents: DocumentStage;
  readonly server: ApolloServer<GraphContext>;
}

/**
 * One composition that takes requests. Replaced as a whole, never changed: requests in flight finish on the one they
 * began with, and its Apollo Server is stopped after the last of them.
 */
export class ServedGraph implements GraphStages {
  readonly revision: GraphRevision;
  readonly scopes: ReadScopes | null;
  readonly questions: GraphQuestions | null;
  readonly fastPath: FastPath | null;
  readonly documents: DocumentStage;
  readonly server: ApolloServer<GraphContext>;
  readonly #logger: Logger;
  #inFlight = 0;
  #retired = false;
  readonly #stopped = Promise.withResolvers<void>();

  constructor(
    revision: GraphRevision,
    { scopes, questions, fastPath, documents, server }: GraphStages,
    logger: Logger,
  ) {
    this.revision = revision;
    this.scopes = scopes;
    this.questions = questions;
    this.fastPath = fastPath;
    this.documents = documents;
    this.server = server;
    this.#logger = logger;
  }

  /** Makes a first plan, so that no caller waits for lazy initialisation. */
  async warm(): Promise<void> {
    const contextValue: GraphContext = {
      requestId: 'warm-up',
      graph: this.revision.id,
      deadlineAtMs: Number.POSITIVE_INFINITY,
      callerFor: () => ({ userId: null, email: null, roles: [], isAdmin: false }),
      forwardedHeaders: {},
    };
    await this.server.executeOperation({ query: '{ __typename }' }, { contextValue });
  }

  /** Serves a request. The graph is not stopped under it, from the call on. */
  async during<T>(request: () => Promise<T>): Promise<T> {
    this.#inFlight += 1;
    try {
      return await request();
    } finally {
      this.#inFlight -= 1;
      if (this.#retired && this.#inFlight === 0) this.#stop();
    }
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
    this.server
      .stop()
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'a replaced graph did not stop cleanly'))
      .finally(() => this.#stopped.resolve());
  }
}
