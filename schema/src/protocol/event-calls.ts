/** Calls about the events of an app: how far they have come, and what the stream does not have of them. */
import { z } from 'zod';
import { integerKey } from '../values/integers.ts';
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

/** Ids of one call, at most. Those that are asked for are large: each was too much for a message of the stream. */
export const MAX_STORED_EVENTS = 10;

const storedEvent = z.object({
  id: z.string(),
  /** JSON of the event, whole, for `readStream`. Text, so that no number loses digits on its way. */
  payload: z.string(),
});

/**
 * An event as the outbox keeps it. The name of a removed app can be given to another one, whose events have the same
 * ids: the event is the one that was meant only if its epoch is, too.
 */
export type StoredEvent = Message<typeof storedEvent>;

const consumedEvent = z.object({
  /** Name of the durable consumer whose work it is. */
  consumer: z.string(),
  /** As it was on the stream. */
  subject: z.string(),
  payload: z.string(),
});

/** An event that a consumer is to handle, outside of the stream. */
export type ConsumedEvent = Message<typeof consumedEvent>;

const eventId = z.string().refine((id) => integerKey(id, 'bigint') !== null);

export const EVENT_CALLS = {
  outbox: defineCall({ path: '/internal/outbox', input: NOTHING, answer: outboxReport }),
  storedEvents: defineCall({
    path: '/internal/stored-events',
    input: z.object({ ids: z.array(eventId).max(MAX_STORED_EVENTS) }),
    answer: z.array(storedEvent),
  }),
  handleEvent: defineCall({ path: '/internal/handle-event', input: consumedEvent, answer: NOTHING }),
};
