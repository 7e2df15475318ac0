/** Why an attempt to switch an app has failed, and whether another one may succeed. */
import { isPostgresError, POSTGRES_CODES } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** It may work at another time. */
export class Passing extends Error {
  override readonly name = 'Passing';
}

const TIMED_OUT: ReadonlySet<string> = new Set([
  POSTGRES_CODES.queryCanceled,
  POSTGRES_CODES.lockNotAvailable,
]);

export function mayPass(error: unknown): boolean {
  return error instanceof Passing || isLate(error) || isLockProblem(error);
}

/** Something did not end within the attempt. */
function isLate(error: unknown): boolean {
  if (error instanceof RocketError) return error.code === 'DEADLINE_EXCEEDED';
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function isLockProblem(error: unknown): boolean {
  return (
    isPostgresError(error) && (TIMED_OUT.has(error.code) || error.code === POSTGRES_CODES.deadlockDetected)
  );
}

/** @param detail what was done when it failed */
export function problemOf(error: unknown, detail: string | null): string {
  if (isLockProblem(error)) return 'A transaction of the app stayed open for too long';
  if (isLate(error)) return `The switch took too long${detail === null ? '' : ` while ${detail}`}`;
  return error instanceof Error ? error.message : String(error);
}
