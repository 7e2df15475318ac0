import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parseJson, RocketError } from '@rocket/schema';
import { print } from 'graphql';
import type { AdminConnection } from './connection.ts';
import { type GraphqlResult, nothingAnswers, readGraphqlAnswer } from './graphql-answer.ts';

/** Long, because an import makes tables and inserts rows before it answers. */
const ADMIN_TIMEOUT_MS = 180_000;

/** Calls of the admin API. */
export interface AdminClient {
  /** @throws RocketError with the code and details of the API's first error */
  send<R, V extends Record<string, unknown>>(operation: TypedDocumentNode<R, V>, variables: V): Promise<R>;
}

export function createAdminClient(connection: AdminConnection, signal?: AbortSignal): AdminClient {
  return {
    async send(operation, variables) {
      const text = print(operation);
      const response = await post({ connection, path: '/admin/graphql', query: text, variables, signal });
      return await readData(response, operation);
    },
  };
}

interface SentOperation {
  readonly connection: AdminConnection;
  /** Of the API. */
  readonly path: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks another API of the server, such as the graph of an app. Numbers in the data keep all their digits.
 * @throws RocketError when nothing answers, or something that is no GraphQL answer
 */
export async function askServer(operation: SentOperation): Promise<GraphqlResult> {
  const response = await post(operation);
  return readGraphqlAnswer(await response.text(), response.status, parseJson);
}

async function post({ connection, path, query, variables, signal }: SentOperation): Promise<Response> {
  const timeout = AbortSignal.timeout(ADMIN_TIMEOUT_MS);
  try {
    return await fetch(new URL(path, connection.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${connection.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
  } catch (cause) {
    if (timeout.aborted) {
      const seconds = ADMIN_TIMEOUT_MS / 1_000;
      throw new RocketError('DEADLINE_EXCEEDED', `${connection.url} did not answer within ${seconds} s`, {
        cause,
      });
    }
    throw nothingAnswers(connection.url, cause);
  }
}

/** `_operation` ties the result's type to the operation. */
async function readData<R, V>(response: Response, _operation: TypedDocumentNode<R, V>): Promise<R> {
  const { data, errors } = readGraphqlAnswer(await response.text(), response.status);
  const [error] = errors;
  if (error !== undefined) throw error;
  // The server validated the operation against the schema that this type was generated from.
  return data as R;
}
