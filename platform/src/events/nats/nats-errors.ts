import { RocketError } from '@rocket/schema';
import { ErrorCode, NatsError } from 'nats';

/** Numbers of JetStream's errors that are told apart. */
const NO_SUCH_MESSAGE = 10_037;
const NO_SUCH_STREAM = 10_059;
const NO_SUCH_CONSUMER = 10_014;

const API_MISSING = { message: NO_SUCH_MESSAGE, stream: NO_SUCH_STREAM, consumer: NO_SUCH_CONSUMER } as const;

export function isMissing(what: keyof typeof API_MISSING, error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === API_MISSING[what];
}

export function isCredentialsError(error: unknown): boolean {
  return error instanceof NatsError && (error.isAuthError() || error.code === ErrorCode.BadAuthentication);
}

/** JetStream itself answered with an error, so the request was not carried out. */
export function isRefusal(error: unknown): boolean {
  return error instanceof NatsError && error.api_error !== undefined;
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded;
}

/** @returns null in place of an error that says the thing is missing */
export async function nullIfMissing<T>(what: keyof typeof API_MISSING, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(what, error)) return null;
    throw error;
  }
}

/** What callers of the bus get when the server does not do what it was asked. */
export function unavailable(reason: string, cause?: unknown): RocketError {
  return new RocketError('EVENTS_UNAVAILABLE', `The event stream does not answer: ${reason}`, { cause });
}

export function describeFailure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // The client has codes in place of messages.
  return text.toLowerCase().replaceAll('_', ' ');
}
