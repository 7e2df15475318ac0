/** Time that passes when a test says so, also for the timers of `node:timers/promises`, which vitest leaves alone. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { vi } from 'vitest';

export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}

export function fakeTime(): void {
  vi.useFakeTimers();
  vi.spyOn(timers, 'setTimeout').mockImplementation(async <T>(ms = 0, value?: T) => {
    await pause(ms);
    return value as T;
  });
  syncBuiltinESMExports();
}

export function realTime(): void {
  vi.mocked(timers.setTimeout).mockRestore();
  syncBuiltinESMExports();
  vi.useRealTimers();
}
