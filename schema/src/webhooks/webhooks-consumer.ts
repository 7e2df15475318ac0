/** Who sends webhooks, as the event bus and everybody who asks about it knows them. */
import { eventSubject } from '../events/subjects.ts';

/** Durable consumer that all workers of an installation share. */
export const WEBHOOKS_CONSUMER = 'webhooks';

/** What of it is kept on the server of the stream, so that all who name it say the same. */
export const WEBHOOKS_CONSUMPTION = {
  name: WEBHOOKS_CONSUMER,
  /** Events of all apps. */
  subject: eventSubject({}),
  /** For so long the events that a worker held when it died wait for another one. */
  ackWaitMs: 10_000,
} as const;
