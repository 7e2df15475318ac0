/** What clean-up after an error failed with. Not its `cause`: code that looks for causes must not take it for one. */
const suppressed = new WeakMap<object, unknown[]>();

/**
 * Cleans up after `error`, which stays the one to be thrown. What the clean-up itself fails with rides along, and is
 * logged wherever the error is.
 * @throws AggregateError of both when `error` is no object, on which nothing can ride
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
 * @throws what `work` fails with; what `cleanUp` fails with only after work that succeeded
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

/** What the clean-ups after an error failed with, in their order. */
export function suppressedBy(error: object): readonly unknown[] {
  return suppressed.get(error) ?? [];
}
