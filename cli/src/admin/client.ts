import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { isErrorCode, RocketError } from '@rocket/schema';
import { print } from 'graphql';
import { z } from 'zod';
import type { AdminConnection } from './connection.ts';

/** Long, because an import makes tables and inserts rows before it answers. */
const ADMIN_TIMEOUT_MS = 180_000;
const MAX_SHOWN_BODY_CHARS = 200;
/** What a load balancer answers while no gateway is there behind it. */
const BEFORE_THE_SERVER: ReadonlySet<number> = new Set([502, 503, 504]);

const GraphqlAnswer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()).default({}) }))
    .optional(),
});

/** Calls of the admin API. */
export interface AdminClient {
  /** @throws RocketError with the code and details of the API's first error */
  send<R, V extends Record<string, unknown>>(operation: TypedDocumentNode<R, V>, variables: V): Promise<R>;
}

export function createAdminClient(connection: AdminConnection, signal?: AbortSignal): AdminClient {
  return {
    async send(operation, variables) {
      const response = await post(connection, { query: print(operation), variables }, signal);
      return await readData(response, operation);
    },
  };
}

async function post(connection: AdminConnection, body: unknown, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(ADMIN_TIMEOUT_MS);
  try {
    return await fetch(new URL('/admin/graphql', connection.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${connection.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
  } catch (cause) {
    if (timeout.aborted) {
      const seconds = ADMIN_TIMEOUT_MS / 1_000;
      throw new RocketError('DEADLINE_EXCEEDED', `${connection.url} did not answer within ${seconds} s`, {
        cause,
      });
    }
    throw new RocketError('NOT_READY', `Nothing answers at ${connection.url}`, {
      cause,
      details: { hint: 'start it with `rocket start`, or set ROCKET_URL to where it runs' },
    });
  }
}

/** `_operation` ties the result's type to the operation. */
async function readData<R, V>(response: Response, _operation: TypedDocumentNode<R, V>): Promise<R> {
  const text = await response.text();
  const parsed = GraphqlAnswer.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new RocketError(
      BEFORE_THE_SERVER.has(response.status) ? 'NOT_READY' : 'INTERNAL_ERROR',
      `The server answered ${response.status} with something that is no GraphQL answer: ${text.slice(0, MAX_SHOWN_BODY_CHARS)}`,
    );
  }
  const [error] = parsed.data.errors ?? [];
  if (error !== undefined) throw toRocketError(error.message, error.extensions);
  // The server validated the operation against the schema that this type was generated from.
  return parsed.data.data as R;
}

function toRocketError(message: string, extensions: Record<string, unknown>): RocketError {
  const { code, ...details } = extensions;
  if (code === 'UNAUTHENTICATED') {
    return new RocketError(code, message, {
      details: { ...details, hint: 'the token may have expired: log in again and set ROCKET_TOKEN' },
    });
  }
  return new RocketError(isErrorCode(code) ? code : 'INTERNAL_ERROR', message, { details });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
