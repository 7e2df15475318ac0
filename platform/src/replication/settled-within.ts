/** Waits for `work`, but no longer than `timeoutMs`. The work goes on; it must not reject. */
export async function settledWithin(work: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
