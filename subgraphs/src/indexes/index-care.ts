/** Sees to the indexes of apps that are opened: a process that ended while it built some has left work behind. */
import { createSerialQueue, type Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { OpenedApp } from '../apps/open-apps.ts';
import { finishIndexes } from './finish-indexes.ts';

export interface IndexCare {
  /** Returns at once; the work is done in the background. */
  opened(app: OpenedApp): void;
  /** Starts no more work. Work in progress ends when its database is closed. */
  close(): void;
}

/** Handles one app at a time: a thousand apps that are opened at once must not inspect their tables all at once. */
export function createIndexCare(logger: Logger): IndexCare {
  const queue = createSerialQueue();
  let closed = false;
  return {
    opened: (opened) => {
      void queue.run(async () => {
        if (!closed) await finish(opened, logger);
      });
    },
    close: () => {
      closed = true;
    },
  };
}

async function finish({ app, database, active }: OpenedApp, logger: Logger): Promise<void> {
  try {
    const served = await active();
    if (served === null) return;
    await finishIndexes({
      database,
      ...served,
      onChange: (change) => logger.info({ app, change }, 'the indexes of an app were changed'),
      onProblem: (error) => logger.warn({ app, err: error }, 'an index could not be built'),
    });
  } catch (error) {
    // The app was closed, moved or removed meanwhile.
    if (error instanceof RocketError && error.code === 'NOT_READY') return;
    logger.warn({ app, err: error }, 'the indexes of an app could not be looked at');
  }
}
