/** Runs tasks one at a time, in the order they came. */
export interface Queue {
  /** Settles as the task does. One that fails does not keep the next from running. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const result = last.then(task, task);
      last = result;
      return result;
    },
  };
}
