import type { ApolloServerPlugin } from '@apollo/server';
import { ERROR_CATALOGUE, type ErrorCode, isErrorCode } from '@rocket/schema';
import { type FormattedExecutionResult, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { GraphContext } from '../graph-context.ts';

const UNAVAILABLE = 503;
/**
 * The shard may have executed a mutation before it stopped answering, so clients should not repeat it automatically.
 */
const MAYBE_DONE = new Set<unknown>(['SHARD_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE'] satisfies ErrorCode[]);

type Answer = FormattedExecutionResult;

/**
 * An answer in which every root field failed for an outage or overload is a refused request, and has the status of one:
 * load balancers, metrics and clients' retries depend on it. An answer with any data is left as it is.
 */
export const refusalPlugin: ApolloServerPlugin<GraphContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { http, body }, operation }) {
        if (body.kind !== 'single' || !isRefusal(body.singleResult)) return;
        http.status = UNAVAILABLE;
        const isMutation = operation?.operation === OperationTypeNode.MUTATION;
        if (!isMutation || hasDoneNothing(body.singleResult)) http.headers.set('retry-after', '1');
      },
    };
  },
};

function isRefusal({ data, errors = [] }: Answer): boolean {
  if (data === undefined || errors.length === 0 || !errors.every(isUnavailable)) return false;
  const failed = new Set(errors.map(({ path }) => path?.[0]));
  return Object.entries(data ?? {}).every(
    ([key, value]) => key === '__typename' || (value === null && failed.has(key)),
  );
}

function isUnavailable({ extensions }: GraphQLFormattedError): boolean {
  const code = extensions?.['code'];
  return isErrorCode(code) && ERROR_CATALOGUE[code].status === UNAVAILABLE;
}

/** An error below a root field arose while reading what has been written. */
function hasDoneNothing({ errors = [] }: Answer): boolean {
  return errors.every(({ path, extensions }) => path?.length === 1 && !MAYBE_DONE.has(extensions?.['code']));
}
