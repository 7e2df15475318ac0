/** What an error of a step means for its instance. */
import { isConnectionError } from '@rocket/platform';
import { ERROR_CATALOGUE, ExpressionError, RocketError, type UserError, WorkflowFault } from '@rocket/schema';
import { WriteRefused } from '../../../write/write-result.ts';

/** A receiver was asked by an action and did not do as it was asked. Repeating it is safe, as it carries the same id. */
export class ReceiverFailure extends Error {
  override readonly name = 'ReceiverFailure';
  /** Whether it may do so later. */
  readonly mayPass: boolean;

  constructor(message: string, options: { readonly mayPass: boolean; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.mayPass = options.mayPass;
  }
}

/** The write of an action was refused. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused';
  readonly errors: readonly UserError[];

  constructor(action: string, errors: readonly UserError[]) {
    const reasons = errors.map(({ message, path }) =>
      path.length > 1 ? `${path.slice(1).join('.')}: ${message}` : message,
    );
    super(`${action}: ${reasons.join('; ')}`);
    this.errors = errors;
  }
}

/**
 * - `outage`: nothing is wrong with the step; it is run again as soon as it can be.
 * - `again`: it is run again a limited number of times.
 * - `final`: the instance fails.
 */
export type StepFailure =
  | { readonly kind: 'outage' }
  | { readonly kind: 'again' | 'final'; readonly reason: string };

/** Reasons are shown to those who may see the instance, so they name nothing of the inside. */
export function stepFailure(error: unknown): StepFailure {
  if (error instanceof WorkflowFault) return { kind: 'final', reason: error.message };
  if (error instanceof ExpressionError) return { kind: 'final', reason: error.message };
  if (error instanceof ReceiverFailure)
    return { kind: error.mayPass ? 'again' : 'final', reason: error.message };
  // By itself a refusal is that of a webhook, which is asked about all that the step has written.
  if (error instanceof ActionRefused || error instanceof WriteRefused) {
    const mayPass = error.errors.some(({ code }) => ERROR_CATALOGUE[code].retryable);
    return { kind: mayPass ? 'again' : 'final', reason: error.message };
  }
  // What takes too long may do so for ever.
  if (error instanceof RocketError && error.code === 'DEADLINE_EXCEEDED')
    return { kind: 'again', reason: 'The step took too long' };
  if (isOutage(error)) return { kind: 'outage' };
  if (error instanceof RocketError && error.code !== 'INTERNAL_ERROR')
    return { kind: 'final', reason: error.message };
  return { kind: 'again', reason: ERROR_CATALOGUE.INTERNAL_ERROR.message };
}

/** The database or the stream cannot be used at the moment. */
export function isOutage(error: unknown): boolean {
  if (isConnectionError(error)) return true;
  return error instanceof RocketError && error.retryable;
}
