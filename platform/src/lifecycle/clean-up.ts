/** Errors of the clean-up after an error. They are not its `cause`: code that looks for causes must not find them. */
const suppressed = new WeakMap<object, unknown[]>();

/**
 * Cleans up after `error`, which remains the error to throw. An error of the clean-up is attached to it and is logged
 * with it.
 * @throws AggregateError of both when `error` is not an object, to which nothing can be attached
 */
export async function cleanUpAfter(error: unknown, cleanUp: () => unknown): Promise<void> {
  try {
    await cleanUp();
  } catch (failure) {
    // A lost connection fails everything with one and the same error.
    if (failure === error) return;
    if (typeof error !== 'object' || error === null) {
      throw new AggregateError([error, failure], 'The work failed, and so did cleaning up after it');
    }
    suppressed.set(error, [...suppressedBy(error), failure]);
  }
}

/**
 * Runs `work` and then, in any case, `cleanUp`.
 * @throws the error of `work`; that of `cleanUp` only when `work` succeeded
 */
export async function cleaningUp<T>(work: () => Promise<T>, cleanUp: () => unknown): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await cleanUpAfter(error, cleanUp);
    throw error;
  }
  await cleanUp();
  return result;
}

/** Errors of the clean-ups after an error, in order. */
export function suppressedBy(error: object): readonly unknown[] {
  return suppressed.get(error) ?? [];
}
