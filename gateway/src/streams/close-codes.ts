/** With which codes WebSockets are closed. Clients go by them, so they are part of the API. */
import { ERROR_CATALOGUE, RocketError } from '@rocket/schema';
import { CloseCode } from 'graphql-ws';

/**
 * `graphql-ws` clients come back after every code but 1002, 1003, 1007 to 1011, 4400, 4401, 4406, 4409, 4429 and 4500:
 * with those the same would happen again.
 */
export const CLOSE_CODES = {
  /** Binary frames are not of the protocol. */
  binary: 1003,
  tooLarge: 1009,
  /** The gateway stops; the reason says when to come back: `reconnect in N ms`. */
  restart: 1012,
  /** Something that the connection needs does not answer for now. */
  tryAgainLater: 1013,
  malformed: CloseCode.BadRequest,
  unauthenticated: CloseCode.Unauthorized,
  forbidden: CloseCode.Forbidden,
  tooManyInits: CloseCode.TooManyInitialisationRequests,
  fault: CloseCode.InternalServerError,
  /** The token has expired or was revoked, or no longer gives the same rights. */
  tokenEnded: 4440,
  tooSlow: 4441,
  /** Too many connections of one caller, or too many messages on this one. */
  tooMany: 4442,
} as const;

/** What a close frame holds beside its code. */
const MAX_REASON_BYTES = 123;

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** How a connection is closed that cannot be opened or go on because of an error. */
export function closingFor(error: unknown): Closing {
  if (!(error instanceof RocketError) || error.code === 'INTERNAL_ERROR') {
    return { code: CLOSE_CODES.fault, reason: ERROR_CATALOGUE.INTERNAL_ERROR.message };
  }
  return { code: codeFor(error), reason: error.message };
}

function codeFor({ code, retryable }: RocketError): number {
  switch (code) {
    case 'UNAUTHENTICATED':
      return CLOSE_CODES.unauthenticated;
    case 'FORBIDDEN':
      return CLOSE_CODES.forbidden;
    case 'TOO_MANY_REQUESTS':
      return CLOSE_CODES.tooMany;
    default:
      return retryable ? CLOSE_CODES.tryAgainLater : CLOSE_CODES.malformed;
  }
}

/** As much of the text as a close frame holds. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_REASON_BYTES) return text;
  // A character that is cut in half becomes a replacement character.
  return bytes.subarray(0, MAX_REASON_BYTES).toString('utf8').replace(/�+$/, '');
}
