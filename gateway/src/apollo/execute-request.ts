import type { ApolloServer, BaseContext, HTTPGraphQLRequest } from '@apollo/server';
import type { HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/**
 * Hands a request to its server, which parses, validates and executes it, and says how the answer is told over HTTP.
 * @throws RocketError `INTERNAL_ERROR` for an answer in parts, which no executor of ours gives
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
