/** What is said of a request that was not accepted, without the address. */
import type { OutgoingError } from '@rocket/platform';

/** Of one that had no answer. */
export function outgoingReason(error: OutgoingError): string {
  switch (error.failure) {
    case 'forbidden':
      return 'the operator allows no requests to its address, or no header of it';
    case 'timeout':
      return 'the receiver did not answer in time';
    case 'network':
      return 'the receiver could not be reached';
    default:
      return error.failure satisfies never;
  }
}

/** Of one whose answer was no acceptance. */
export function answerReason(status: number): string {
  return `the receiver answered with ${status}`;
}
