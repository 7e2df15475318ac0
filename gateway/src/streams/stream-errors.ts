import type { HttpAnswer } from '@rocket/platform';
import { ERROR_CATALOGUE, isErrorCode, RocketError } from '@rocket/schema';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { maskError, underlying } from '../errors/mask.ts';
import { jsonAnswer } from '../http/answer.ts';
import { SubscriptionRefused } from '../subscriptions/subscribe.ts';

/** What callers are told of an error that refused or ended an operation. At least one. */
export function publicErrors(error: unknown): readonly GraphQLFormattedError[] {
  const thrown = underlying(error);
  if (thrown instanceof SubscriptionRefused) return thrown.errors.map(refusal);
  const message = thrown instanceof Error ? thrown.message : '';
  return [maskError({ message }, thrown)];
}

/** True for what is not of the catalogue, which somebody has to investigate. */
export function isFault(errors: readonly GraphQLFormattedError[]): boolean {
  return errors.some(({ extensions }) => extensions?.['code'] === 'INTERNAL_ERROR');
}

/** A result of graphql, or as a library's types have it. */
interface Result {
  readonly data?: ExecutionResult['data'] | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly extensions?: ExecutionResult['extensions'] | undefined;
}

/** A result as it is sent. */
export function publicResult({ data, errors, extensions }: Result): FormattedExecutionResult {
  return {
    ...(errors === undefined ? {} : { errors: errors.map((error) => maskError(formatted(error), error)) }),
    ...(data === undefined ? {} : { data }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

/** A refusal before the first byte of a stream: the status is that of its first error. */
export function refusedAnswer(refused: SubscriptionRefused): HttpAnswer {
  const errors = publicErrors(refused);
  const code = errors[0]?.extensions?.['code'];
  return jsonAnswer(isErrorCode(code) ? ERROR_CATALOGUE[code].status : 400, { errors });
}

/** Code of the first error, for metrics. */
export function codeOf(error: unknown): string {
  const thrown = underlying(error);
  return thrown instanceof RocketError ? thrown.code : String(publicErrors(error)[0]?.extensions?.['code']);
}

/** Rules of graphql give no code; an error that was thrown somewhere has an original one. */
function refusal(error: GraphQLError): GraphQLFormattedError {
  const json = formatted(error);
  if (error.originalError !== undefined || isErrorCode(json.extensions?.['code']))
    return maskError(json, error);
  return maskError({ ...json, extensions: { ...json.extensions, code: 'GRAPHQL_VALIDATION_FAILED' } }, error);
}

/** Answers that were parsed from JSON have plain objects for errors. */
function formatted(error: GraphQLError): GraphQLFormattedError {
  return error instanceof GraphQLError ? error.toJSON() : error;
}
