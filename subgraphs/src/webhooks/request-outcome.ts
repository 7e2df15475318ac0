/** How a request to a receiver ended, for those who send and for the log. */
import { firstBytes, type OutgoingAnswer, OutgoingError, storableText } from '@rocket/platform';
import type { Attempt } from './attempt-sql.ts';
import { isAccepted, mayAcceptLater } from './receiver-status.ts';

const MAX_RESPONSE_BYTES = 4_096;

export interface RequestOutcome {
  readonly attempt: Omit<Attempt, 'deliveryId' | 'number'>;
  /** Why it was not accepted, without the address; null when it was. */
  readonly reason: string | null;
  /** What was not accepted may be so later. */
  readonly mayPass: boolean;
  /** The header `Retry-After`; null when it was not there. */
  readonly retryAfter: string | null;
  /** The error, when there was no answer. */
  readonly cause: OutgoingError | undefined;
}

/** @throws what is no failure of the request */
export async function requestOutcome(send: () => Promise<OutgoingAnswer>): Promise<RequestOutcome> {
  const at = new Date();
  const startedAtMs = performance.now();
  const durationMs = () => performance.now() - startedAtMs;
  try {
    const { status, body, retryAfter } = await send();
    const response = storableText(firstBytes(body, MAX_RESPONSE_BYTES));
    return {
      attempt: { at, durationMs: durationMs(), status, error: null, response },
      reason: isAccepted(status) ? null : `the receiver answered with ${status}`,
      ...{ mayPass: mayAcceptLater(status), retryAfter, cause: undefined },
    };
  } catch (cause) {
    if (!(cause instanceof OutgoingError)) throw cause;
    const reason = noAnswerReason(cause);
    return {
      attempt: { at, durationMs: durationMs(), status: null, error: reason, response: '' },
      ...{ reason, mayPass: cause.failure !== 'forbidden', retryAfter: null, cause },
    };
  }
}

function noAnswerReason({ failure }: OutgoingError): string {
  switch (failure) {
    case 'forbidden':
      return 'the operator allows no requests to its address, or no header of it';
    case 'timeout':
      return 'the receiver did not answer in time';
    case 'network':
      return 'the receiver could not be reached';
    default:
      return failure satisfies never;
  }
}
