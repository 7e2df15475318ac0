/** Marks events as published, many at once: an event that is not marked is only published again. */
import type { Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { AppStream } from '../app-stream.ts';
import { markPublished, type PublishedEvent } from '../outbox-sql.ts';

const MARK_AFTER_MS = 100;
const MARK_AGAIN_MS = 2_000;
const MAX_MARKED_AT_ONCE = 5_000;

export interface MarkOptions extends AppStream {
  readonly logger: Logger;
}

export interface Marks {
  add(published: readonly PublishedEvent[]): void;
  /** Leaves what waits unmarked. */
  drop(): void;
  /** Marks what there is now. A failure is logged, and tried again later. */
  flush(): Promise<void>;
  close(): void;
}

export function createMarks({ app, database, bus, logger }: MarkOptions): Marks {
  let waiting: PublishedEvent[] = [];
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isClosed = false;
  let session = 0;

  function schedule(afterMs: number): void {
    if (isClosed || timer !== null || waiting.length === 0) return;
    timer = setTimeout(() => void flush(), afterMs);
    timer.unref();
  }

  async function mark(): Promise<void> {
    const marked = waiting.splice(0, MAX_MARKED_AT_ONCE);
    const since = session;
    try {
      await bus.durable(marked.reduce((last, { position }) => Math.max(last, position), 0));
      await database.primary.query(markPublished(marked, bus.outlivesProcess));
    } catch (error) {
      if (since === session) waiting = [...marked, ...waiting];
      // An app that moves takes its marks along as they are; events that have none are published again.
      const isMoving = error instanceof RocketError && error.code === 'WRONG_EPOCH';
      logger[isMoving ? 'debug' : 'warn']({ err: error, app }, 'published events could not be marked');
      return schedule(MARK_AGAIN_MS);
    }
    schedule(waiting.length < MAX_MARKED_AT_ONCE ? MARK_AFTER_MS : 0);
  }

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    await running;
    if (waiting.length === 0) return;
    running = mark().finally(() => {
      running = null;
    });
    await running;
  }

  return {
    add(published) {
      for (const event of published) waiting.push(event);
      if (running === null) schedule(MARK_AFTER_MS);
    },
    drop() {
      session += 1;
      waiting = [];
    },
    flush,
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
