import { ERROR_CATALOGUE, type ErrorCode, isErrorCode, RocketError } from '@rocket/schema';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';

/** Extensions that reveal internals: the subgraph, its URL and answer, stack traces. */
const INTERNAL_EXTENSIONS = new Set([
  'serviceName',
  'stacktrace',
  'exception',
  'response',
  'http',
  'requestId',
]);
/** Most wrappers that graphql and Apollo put around an error. */
const MAX_WRAPPERS = 5;

/** What an error may disclose, by the catalogue; null when it may disclose nothing. */
interface Disclosure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The one boundary where errors become public: what has a code of the catalogue passes, everything else turns into
 * INTERNAL_ERROR. `error` is the error as caught, `formatted` what Apollo Server would send.
 */
export function maskError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const disclosure =
    discloseByMethod(formatted, error) ?? discloseByCode(formatted) ?? discloseByClass(error);
  const { locations, path } = formatted;
  const place = {
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
  };
  if (disclosure === null) return { ...errorBody('INTERNAL_ERROR'), ...place };
  const { code, message, retryable, details } = disclosure;
  return { message, ...place, extensions: { ...details, code, retryable } };
}

/** True when an error is not in the catalogue, or is INTERNAL_ERROR: then somebody has to investigate. */
export function isUnexpected(error: GraphQLError): boolean {
  const disclosure = discloseByCode({ message: '', extensions: error.extensions }) ?? discloseByClass(error);
  return disclosure === null || disclosure.code === 'INTERNAL_ERROR';
}

/** True for an error with which a subgraph reported a fault of its own. */
export function isToldFault({ extensions, originalError }: GraphQLError): boolean {
  return (
    originalError === undefined &&
    extensions['serviceName'] !== undefined &&
    extensions['code'] === 'INTERNAL_ERROR'
  );
}

/** An error of the catalogue in the form of a GraphQL answer's. */
export function errorBody(
  code: ErrorCode,
  message: string = ERROR_CATALOGUE[code].message,
): GraphQLFormattedError {
  return { message, extensions: { code, retryable: ERROR_CATALOGUE[code].retryable } };
}

/** Apollo Server has no code of its own for a mutation by GET, only the status. */
function discloseByMethod({ message }: GraphQLFormattedError, error: unknown): Disclosure | null {
  const http: unknown =
    isRecord(error) && isRecord(error['extensions']) ? error['extensions']['http'] : undefined;
  if (!isRecord(http) || http['status'] !== ERROR_CATALOGUE.METHOD_NOT_ALLOWED.status) return null;
  return { code: 'METHOD_NOT_ALLOWED', message, retryable: false, details: {} };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function discloseByCode({ message, extensions = {} }: GraphQLFormattedError): Disclosure | null {
  const code = extensions['code'] === 'OPERATION_RESOLUTION_FAILURE' ? 'BAD_REQUEST' : extensions['code'];
  const details = Object.fromEntries(
    Object.entries(extensions).filter(([key]) => !INTERNAL_EXTENSIONS.has(key)),
  );
  if (!isErrorCode(code)) return null;
  // The message of an internal error was not written for callers, whoever wrote it.
  if (code === 'INTERNAL_ERROR') return { code, ...ERROR_CATALOGUE.INTERNAL_ERROR, details: {} };
  return { code, message, retryable: ERROR_CATALOGUE[code].retryable, details };
}

/** The error that was thrown, before graphql and Apollo wrapped it with places. */
export function underlying(error: unknown): unknown {
  let thrown = error;
  for (let depth = 0; depth < MAX_WRAPPERS && !(thrown instanceof RocketError); depth++) {
    // Checks a property, not the class: two copies of graphql in one process have two classes.
    if (!(thrown instanceof Error && 'originalError' in thrown && thrown.originalError instanceof Error))
      break;
    thrown = thrown.originalError;
  }
  return thrown;
}

function discloseByClass(error: unknown): Disclosure | null {
  const thrown = underlying(error);
  if (!(thrown instanceof RocketError)) return null;
  const { code, message, retryable, details } = thrown;
  if (code === 'INTERNAL_ERROR') return { code, ...ERROR_CATALOGUE.INTERNAL_ERROR, details: {} };
  return { code, message, retryable, details };
}
