/** The admin API as a place of operations that come as streams of events. */
import type { HttpAnswer, Logger } from '@rocket/platform';
import { type ExecutionResult, type GraphQLSchema, subscribe } from 'graphql';
import { readResult } from '../apollo/read-result.ts';
import { documentOf } from '../documents/own-definitions.ts';
import { isUnexpected, underlying } from '../errors/mask.ts';
import { type GraphqlRequest, postedRequest } from '../http/graphql-request.ts';
import type { Identity } from '../identity/identity.ts';
import type { EventStreamPlace, PlacedOperation } from '../streams/operation-place.ts';
import type { MessageSource, StreamMessage } from '../streams/stream-operation.ts';
import { readSubscription } from '../subscriptions/operation/subscribed-operation.ts';
import { SubscriptionRefused } from '../subscriptions/subscribe.ts';
import type { AdminContext, PlatformIdentity } from './parts.ts';

export interface AdminPlaceParts {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly maxBodyBytes: number;
  readonly logger: Logger;
  /** @throws RocketError for all but platform users */
  readonly requirePlatform: (identity: Identity) => PlatformIdentity;
  readonly contextOf: (identity: PlatformIdentity, requestId: string) => AdminContext;
  /** Answers a query or a mutation. */
  readonly answer: (request: GraphqlRequest, context: AdminContext) => Promise<HttpAnswer>;
}

export function adminPlace(parts: AdminPlaceParts): EventStreamPlace {
  const contextFor = ({ identity, requestId }: PlacedOperation): AdminContext =>
    parts.contextOf(parts.requirePlatform(identity), requestId);
  return {
    maxBodyBytes: parts.maxBodyBytes,
    requireAudience: (identity) => void parts.requirePlatform(identity),
    // The admin API keeps no texts for callers who leave them out.
    read: async (request) => request,
    async execute(operation) {
      const request = postedRequest(operation.parameters, 'application/json');
      return readResult(await parts.answer(request, contextFor(operation)));
    },
    async subscribe(operation) {
      const { schema, introspection } = parts;
      const { own, variables } = readSubscription(operation.parameters, schema, {
        hidesSchema: !introspection,
      });
      const results = await subscribe({
        ...{ schema, document: documentOf(own), variableValues: variables },
        contextValue: contextFor(operation),
      });
      if (!(Symbol.asyncIterator in results)) throw new SubscriptionRefused(results.errors ?? []);
      return messagesOf(results, (result) => logFaults(result, operation, parts));
    },
  };
}

function messagesOf(
  results: AsyncGenerator<ExecutionResult, void, void>,
  onResult: (result: ExecutionResult) => void,
): MessageSource {
  return {
    async next() {
      const { value, done } = await results.next();
      if (done === true) return { value: undefined, done };
      onResult(value);
      return { value: { result: value, cursor: null } satisfies StreamMessage, done: false };
    },
    async return() {
      await results.return();
      return { value: undefined, done: true };
    },
  };
}

/** Callers only see INTERNAL_ERROR of these. */
function logFaults(
  { errors = [] }: ExecutionResult,
  { requestId }: PlacedOperation,
  { logger }: AdminPlaceParts,
): void {
  for (const error of errors.filter(isUnexpected)) {
    logger.error(
      { err: underlying(error), path: error.path, requestId },
      'unexpected error in a subscription',
    );
  }
}
