/** A call that reports how far the events of an app have come. */
import { z } from 'zod';
import { defineCall, NOTHING } from './define-call.ts';
import type { Message } from './message.ts';

const outboxReport = z.object({
  /** Committed and not marked as published. */
  waiting: z.number(),
  /** Age of the oldest of them in ms, by the clock of the database; null when none waits. */
  oldestWaitingMs: z.number().nullable(),
  /** Marked as published within an hour. */
  publishedLastHour: z.number(),
  /** Both counts end there: one that is as high may be higher. */
  countedUpTo: z.number(),
});

/** How far the events of an app have come from its database to the stream. */
export type OutboxReport = Message<typeof outboxReport>;

export const EVENT_CALLS = {
  outbox: defineCall({ path: '/internal/outbox', input: NOTHING, answer: outboxReport }),
};
