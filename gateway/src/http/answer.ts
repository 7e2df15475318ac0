import type { HttpAnswer } from '@rocket/platform';
import { ERROR_CATALOGUE, RocketError } from '@rocket/schema';
import { errorBody } from '../errors/mask.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/**
 * Answers contain tokens and current states, so nothing between us and the caller may cache them, including refusals.
 */
export const NO_STORE = { 'cache-control': 'no-store' };

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: { 'content-type': JSON_TYPE, ...NO_STORE, ...headers },
    body: JSON.stringify(value),
  };
}

/** An error in the form of a GraphQL answer, wherever it arose; what is not of the catalogue is INTERNAL_ERROR. */
export function errorAnswer(error: unknown): HttpAnswer {
  const known = error instanceof RocketError ? error : new RocketError('INTERNAL_ERROR');
  const code = known.code;
  const status = statusOf(known);
  const { message, extensions } = errorBody(code, code === 'INTERNAL_ERROR' ? undefined : known.message);
  const details = code === 'INTERNAL_ERROR' ? {} : known.details;
  const body = { errors: [{ message, extensions: { ...details, ...extensions } }] };
  return jsonAnswer(status, body, headersOf(known));
}

/** A refused media type is a malformed request with a status of its own. */
export class UnsupportedMediaType extends RocketError {
  constructor(message: string) {
    super('BAD_REQUEST', message);
    this.name = 'UnsupportedMediaType';
  }
}

function statusOf(error: RocketError): number {
  return error instanceof UnsupportedMediaType ? 415 : ERROR_CATALOGUE[error.code].status;
}

function headersOf({ code, details }: RocketError): Record<string, string> {
  switch (code) {
    case 'UNAUTHENTICATED':
      return { 'www-authenticate': 'Bearer error="invalid_token"' };
    case 'METHOD_NOT_ALLOWED':
      return typeof details['allow'] === 'string' ? { allow: details['allow'] } : {};
    case 'TOO_MANY_REQUESTS':
      return typeof details['retryAfterSeconds'] === 'number'
        ? { 'retry-after': String(details['retryAfterSeconds']) }
        : {};
    case 'NOT_READY':
    case 'POOL_EXHAUSTED':
    case 'SHARD_UNAVAILABLE':
      return { 'retry-after': '1' };
    default:
      return {};
  }
}
