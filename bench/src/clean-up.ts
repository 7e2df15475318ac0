/** Steps that undo what was set up; run in reverse. */
export type CleanUp = (() => Promise<unknown>)[];

/** Runs `work`, then every step that it has left, also when it fails half-way. */
export async function withCleanUp<T>(work: (cleanUp: CleanUp) => Promise<T>): Promise<T> {
  const cleanUp: CleanUp = [];
  try {
    return await work(cleanUp);
  } finally {
    for (const step of cleanUp.reverse()) await step();
  }
}
