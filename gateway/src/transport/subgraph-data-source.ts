import { CallerGone, remainingMs, withTimeLimit } from '@rocket/platform';
import { parseJson, RocketError } from '@rocket/schema';
import { type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import type { SubgraphFetch, SubgraphResult, SubgraphSource } from '../execution/subgraph-source.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { AnswerTimeout, isTimeout, waitedTooShort } from './shard-timeout.ts';
import { isUnreachable, ShardUnreachable, unreachable } from './shard-unreachable.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 128;

/** Only the form is checked here; the data is checked against the schema later. */
const answerShape = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.looseObject({
        message: z.string().default(''),
        path: z.array(z.union([z.string(), z.number()])).nullish(),
        extensions: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
});

/** A subgraph that is an ordinary GraphQL server, of a supergraph that was composed elsewhere. */
export class SubgraphDataSource implements SubgraphSource {
  readonly #name: string;
  readonly #path: string;
  readonly #pool: Pool;
  readonly #breaker = new CircuitBreaker();

  constructor(name: string, url: string) {
    const { origin, pathname, search } = new URL(url);
    this.#name = name;
    this.#path = `${pathname}${search}`;
    this.#pool = new Pool(origin, { connections: MAX_CONNECTIONS, connect: { timeout: CONNECT_TIMEOUT_MS } });
  }

  /** Throws when the subgraph does not answer; the gateway reports that once for the fetch, as for any data source. */
  async fetch(fetch: SubgraphFetch): Promise<SubgraphResult> {
    const { query, variables, operationName, context } = fetch;
    const caller = fetch.kind === OperationTypeNode.MUTATION ? undefined : context.signal;
    const { status, text } = await this.#breaker
      .run(() => this.#post(JSON.stringify({ query, variables, operationName }), context, caller), {
        isDead: isUnreachable,
        tellsNothing: (error) => waitedTooShort(error) || error instanceof CallerGone,
        onOpen: () => new ShardUnreachable(`Subgraph ${this.#name} does not answer`, { beforeSending: true }),
      })
      .catch((error: unknown) => {
        if (!(error instanceof ShardUnreachable)) throw error;
        throw new RocketError('SUBGRAPH_UNAVAILABLE', `Subgraph ${this.#name} does not answer`, {
          cause: error,
        });
      });
    if (status < 200 || status > 299) throw this.#refused(status);
    return this.#read(text);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #post(
    body: string,
    context: SubgraphFetch['context'],
    caller: AbortSignal | undefined,
  ): Promise<{ status: number; text: string }> {
    const timeoutMs = remainingMs(context.deadlineAtMs);
    try {
      return await withTimeLimit(timeoutMs, caller, async (signal) => {
        const response = await this.#pool.request({
          path: this.#path,
          method: 'POST',
          headers: {
            ...context.forwardedHeaders,
            'content-type': 'application/json',
            accept: 'application/graphql-response+json, application/json',
          },
          body,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          signal,
        });
        return { status: response.statusCode, text: await response.body.text() };
      });
    } catch (error) {
      if (error instanceof CallerGone) throw error;
      throw isTimeout(error)
        ? new AnswerTimeout(timeoutMs, error)
        : unreachable(`Subgraph ${this.#name}`, error);
    }
  }

  #refused(status: number): RocketError {
    const cause = new Error(`the subgraph answered with status ${status}`);
    if (status === 401)
      return new RocketError('UNAUTHENTICATED', `Subgraph ${this.#name} wants a valid token`, { cause });
    if (status === 403)
      return new RocketError('FORBIDDEN', `Subgraph ${this.#name} refuses the caller`, { cause });
    return new RocketError('SUBGRAPH_UNAVAILABLE', `Subgraph ${this.#name} failed with status ${status}`, {
      cause,
    });
  }

  #read(text: string): SubgraphResult {
    let answer: z.infer<typeof answerShape>;
    try {
      answer = answerShape.parse(parseJson(text));
    } catch (cause) {
      throw new RocketError('SUBGRAPH_UNAVAILABLE', `Subgraph ${this.#name} gave no GraphQL answer`, {
        cause,
      });
    }
    const { data, errors } = answer;
    return {
      ...(data === undefined ? {} : { data }),
      ...(errors === undefined || errors === null ? {} : { errors: errors.map(wellFormed) }),
    };
  }
}

function wellFormed({
  message,
  path,
  extensions,
}: NonNullable<z.infer<typeof answerShape>['errors']>[number]): GraphQLFormattedError {
  return {
    message,
    ...(path === undefined || path === null ? {} : { path }),
    ...(extensions === undefined || extensions === null ? {} : { extensions }),
  };
}
