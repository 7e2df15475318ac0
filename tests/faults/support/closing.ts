/** What has to be closed, in the order in which it was opened. */
export type Closing = (() => Promise<unknown>)[];

/** Starts something whose parts note how each is closed; a failure closes those that were started. */
export async function startClosing<T extends object>(
  start: (closing: Closing) => Promise<T>,
): Promise<T & { dispose(): Promise<void> }> {
  const closing: Closing = [];
  const dispose = async (): Promise<void> => {
    for (const close of closing.toReversed()) await close();
  };
  try {
    return { ...(await start(closing)), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
