/** Runs one piece of work at a time, in the order they were asked for. */
export interface Serial {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const result = last.then(work);
      // The next one waits for the end of this, however it ends; its error is its caller's.
      last = result.then(
        () => undefined,
        () => undefined,
      );
      return result;
    },
  };
}
