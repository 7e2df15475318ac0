/**
 * The one catalogue of errors. Every error a user can see has its code here, with the HTTP status that goes
 * with it and whether the same request may succeed later. Adapters map foreign errors to a code at the place
 * they arise; `gateway` masks everything else at its boundary.
 */

interface ErrorKind {
  /** HTTP status when the error decides the whole answer. */
  readonly status: number;
  /** True if repeating the same request later can succeed without a change by the caller. */
  readonly retryable: boolean;
  /** Used when no better message is at hand. */
  readonly message: string;
}

export const ERROR_CATALOGUE = {
  // Apollo's protocol of persisted queries: clients go by the code, some by the message alone, and all expect a 200.
  PERSISTED_QUERY_NOT_FOUND: { status: 200, retryable: false, message: 'PersistedQueryNotFound' },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 200, retryable: false, message: 'PersistedQueryNotSupported' },
  BAD_REQUEST: { status: 400, retryable: false, message: 'The request is malformed' },
  GRAPHQL_PARSE_FAILED: { status: 400, retryable: false, message: 'The GraphQL document cannot be parsed' },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    retryable: false,
    message: 'The GraphQL document does not fit the schema',
  },
  BAD_USER_INPUT: { status: 400, retryable: false, message: 'An argument or variable has a wrong value' },
  BAD_CURSOR: { status: 400, retryable: false, message: 'The cursor is not valid for this list and order' },
  UNAUTHENTICATED: { status: 401, retryable: false, message: 'A valid access token is required' },
  FORBIDDEN: { status: 403, retryable: false, message: 'The caller may not do this' },
  NOT_FOUND: { status: 404, retryable: false, message: 'There is no such thing' },
  APP_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such app' },
  GRAPH_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such graph' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, message: 'This HTTP method is not allowed here' },
  CONFLICT: { status: 409, retryable: false, message: 'The change conflicts with what is stored' },
  UNIQUE_VIOLATION: { status: 409, retryable: false, message: 'The value is already taken' },
  VERSION_CONFLICT: { status: 409, retryable: false, message: 'The record has changed since it was read' },
  DESTRUCTIVE_CHANGE: { status: 409, retryable: false, message: 'The change would lose data' },
  RESYNC_REQUIRED: {
    status: 409,
    retryable: false,
    message: 'Changes after the cursor may be missing here: read the records anew',
  },
  SCHEMA_CHANGED: {
    status: 409,
    retryable: false,
    message: 'The graph no longer has what the subscription selects',
  },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, message: 'The request body is too large' },
  WRONG_EPOCH: { status: 421, retryable: true, message: 'The app is not placed here at this epoch' },
  INVALID_STATE: { status: 409, retryable: false, message: 'What it is about does not allow this any more' },
  VALIDATION_FAILED: { status: 422, retryable: false, message: 'The input breaks a rule' },
  DOCUMENT_INVALID: { status: 422, retryable: false, message: 'The metadata document is not valid' },
  COMPOSITION_FAILED: { status: 422, retryable: false, message: 'The apps of the graph do not fit together' },
  REFERENCE_NOT_FOUND: {
    status: 422,
    retryable: false,
    message: 'A key names no record that the caller may read',
  },
  WEBHOOK_REFUSED: { status: 422, retryable: false, message: 'A webhook of the app refused the write' },
  TOO_MANY_REQUESTS: { status: 429, retryable: true, message: 'Too many requests' },
  SUBSCRIBER_TOO_SLOW: {
    status: 429,
    retryable: true,
    message: 'More changes wait for the subscriber than are kept for them',
  },
  INTERNAL_ERROR: { status: 500, retryable: false, message: 'Something went wrong on our side' },
  WEBHOOK_FAILED: {
    status: 503,
    retryable: true,
    message: 'A webhook of the app, without which nothing is written, could not be asked',
  },
  SHARD_UNAVAILABLE: { status: 503, retryable: true, message: 'The shard of this app does not answer' },
  SUBGRAPH_UNAVAILABLE: { status: 503, retryable: true, message: 'The subgraph does not answer' },
  POOL_EXHAUSTED: { status: 503, retryable: true, message: 'The database of this app is busy' },
  EVENTS_UNAVAILABLE: { status: 503, retryable: true, message: 'The event stream does not answer' },
  EVENTS_BEHIND: { status: 503, retryable: true, message: 'The events of this app wait for the stream' },
  NOT_READY: { status: 503, retryable: true, message: 'The service is starting or stopping' },
  DEADLINE_EXCEEDED: { status: 504, retryable: true, message: 'The request took too long' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** True for a code of the catalogue; narrows text that came over the wire. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CATALOGUE, value);
}

export interface RocketErrorOptions {
  /** What was caught, for the log; never sent to a caller. */
  readonly cause?: unknown;
  /** Public, structured facts: they are sent as `extensions`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error whose code and message are meant for the caller. Anything else is masked as `INTERNAL_ERROR`. */
export class RocketError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message?: string, options: RocketErrorOptions = {}) {
    super(
      message ?? ERROR_CATALOGUE[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'RocketError';
    this.code = code;
    this.details = options.details ?? {};
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }

  get retryable(): boolean {
    return ERROR_CATALOGUE[this.code].retryable;
  }
}

/** What is wrong with one part of an input; mutations return a list of these as data. */
export interface UserError {
  readonly code: ErrorCode;
  readonly message: string;
  /** From the mutation's arguments inwards, e.g. `["input", "responses", "data", "2", "body"]`. */
  readonly path: readonly string[];
  /** Which check failed: `required`, `type`, `enum`, `min_length`, ... Null when it is not a field check. */
  readonly rule: string | null;
}
