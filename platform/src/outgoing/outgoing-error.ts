/**
 * Why a request was not answered: it must not be made, its time was over, or the network failed. The message and the
 * cause name hosts and are for the log.
 */
export type OutgoingFailure = 'forbidden' | 'timeout' | 'network';

export class OutgoingError extends Error {
  readonly failure: OutgoingFailure;

  constructor(failure: OutgoingFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OutgoingError';
    this.failure = failure;
  }
}
