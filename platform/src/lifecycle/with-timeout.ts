import { RocketError } from '@rocket/schema';

/** Rejects with `DEADLINE_EXCEEDED` when `work` takes longer. The work itself goes on: nothing can stop a promise. */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new RocketError('DEADLINE_EXCEEDED', `${what} took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
