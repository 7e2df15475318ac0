import type { ApolloServer, BaseContext, HTTPGraphQLRequest } from '@apollo/server';
import type { HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/**
 * Passes a request to its server, which parses, validates and executes it, and returns the HTTP answer.
 * @throws RocketError `INTERNAL_ERROR` for an incremental answer, which our executors never return
 */
export async function executeRequest<T extends BaseContext>(
  server: ApolloServer<T>,
  httpGraphQLRequest: HTTPGraphQLRequest,
  contextValue: T,
): Promise<HttpAnswer> {
  const { status, headers, body } = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest,
    context: async () => contextValue,
  });
  if (body.kind !== 'complete') throw new RocketError('INTERNAL_ERROR', 'An answer in parts');
  return {
    status: status ?? 200,
    headers: { 'cache-control': 'no-store', ...Object.fromEntries(headers) },
    body: body.string,
  };
}
