/** What a shard answers over HTTP, checked before it is believed. */
import type { ActivationReport, AppUser, Settlement, UserSession } from '@rocket/schema';
import { isErrorCode, parseJson, RocketError } from '@rocket/schema';
import type { ExecutionResult } from 'graphql';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { ShardUnreachable, unreachable } from './shard-unreachable.ts';

const wireError = z.object({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
});
const execution = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(wireError).optional(),
});
const appUser = z.object({
  id: z.string(),
  email: z.string(),
  roles: z.record(z.string(), z.array(z.string())),
  active: z.boolean(),
});
const session = z.object({ user: appUser, refreshToken: z.string() });
const activation = z.object({ changes: z.array(z.string()), rowsInserted: z.number() });
const refusal = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** An HTTP answer of a shard, read whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** @throws ShardUnreachable for what is not JSON: something else answers at the shard's address */
export function parseReply({ status, text }: Reply, target: string): unknown {
  try {
    return text === '' ? null : parseJson(text);
  } catch (error) {
    throw unreachable(target, new Error(`answer of status ${status} is not JSON`, { cause: error }));
  }
}

/** The data itself was made by the shard's own executor and is checked against the schema by ours. */
export function readExecution(body: unknown): ExecutionResult {
  const { data, errors } = execution.parse(body);
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined
      ? {}
      : {
          errors: errors.map(
            ({ message, path, extensions }) =>
              new GraphQLError(message, { path: path ?? null, extensions: extensions ?? {} }),
          ),
        }),
  };
}

export function readActivation(body: unknown): ActivationReport {
  return activation.parse(body);
}

export function readSettlement(body: unknown): Settlement {
  return z.enum(['active', 'abandoned']).parse(body);
}

export function readSession(body: unknown): UserSession {
  return session.parse(body);
}

export function readUser(body: unknown): AppUser {
  return appUser.parse(body);
}

/** For calls whose success is the whole answer. */
export function readDone(): undefined {
  return undefined;
}

/** A list of users, bare or as `{users: [...]}`. */
export function readUsers(body: unknown): readonly AppUser[] {
  return z.array(appUser).parse(body);
}

/** The error that a shard's refusal stands for. A gateway in front of a dead shard answers 502 to 504 without a code. */
export function refusalOf(target: string, status: number, body: unknown): RocketError {
  const parsed = refusal.safeParse(body);
  if (parsed.success && isErrorCode(parsed.data.error.code)) {
    const { code, message, details } = parsed.data.error;
    return new RocketError(code, message, details === undefined ? {} : { details });
  }
  const cause = new Error(`answered with status ${status} and no known error code`);
  if (status >= 502)
    return new ShardUnreachable(`${target} does not answer`, { beforeSending: false, cause });
  return new RocketError('INTERNAL_ERROR', undefined, { cause });
}
