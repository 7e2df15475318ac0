/** Settles imports that were left open: at the start of a gateway, and again until none is left. */
import { RocketError } from '@rocket/schema';
import { createExclusive } from '../exclusive.ts';
import type { AdminParts } from '../parts.ts';
import { settleImports } from './settle-imports.ts';

const RETRY_MS = 5_000;
/** Short, because the settler tries again, and because a process that stops waits for it. */
const WAIT_MS = 1_000;

export interface Settler {
  /** Checks for open imports soon; returns at once. */
  soon(): void;
  /** Waits for the check in progress and starts no more. */
  close(): Promise<void>;
}

/** Makes the first check at once. */
export function createSettler(parts: AdminParts): Settler {
  const exclusive = createExclusive({ ...parts, waitMs: WAIT_MS });
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let running: Promise<void> = look();

  /** Usually nothing is open; then no lease is taken, so nobody has to wait. */
  async function look(): Promise<void> {
    try {
      if ((await parts.catalog.pendingRevisions()).length === 0 || closed) return;
      const open = await exclusive.run('the end of an import that was left open', (catalog) =>
        settleImports({ ...parts, catalog }),
      );
      if (open > 0) retry();
    } catch (error) {
      if (closed) return;
      // Most open imports are simply in progress.
      const isBusy = error instanceof RocketError && error.code === 'CONFLICT';
      if (!isBusy) parts.logger.warn({ err: error }, 'imports that were left open cannot be looked at');
      retry();
    }
  }

  function retry(): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => {
      running = running.then(look);
    }, RETRY_MS);
    timer.unref();
  }

  return {
    soon: retry,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
