import { ErrorCode, NatsError } from 'nats';
import type { OutgoingMessage, PublishOutcome } from '../event-bus.ts';
import { isRefusal, isTooLarge, unavailable } from './nats-errors.ts';
import type { NatsLink, NatsSession } from './nats-link.ts';
import { STREAM } from './stream-settings.ts';

/** Then nobody knows whether the message is stored. */
const PUBLISH_TIMEOUT_MS = 5_000;

/** Hands all messages to the connection, in order, before it waits for the first answer. */
export function publishAll(
  link: NatsLink,
  messages: readonly OutgoingMessage[],
): Promise<readonly PublishOutcome[]> {
  const session = link.session();
  if (session === null) {
    const error = unavailable('there is no connection');
    return Promise.resolve(messages.map(() => ({ ok: false, reason: 'unavailable', error })));
  }
  return Promise.all(messages.map((message) => publishOne(session, link, message)));
}

async function publishOne(
  session: NatsSession,
  link: NatsLink,
  { subject, payload, id }: OutgoingMessage,
): Promise<PublishOutcome> {
  try {
    const options = { msgID: id, timeout: PUBLISH_TIMEOUT_MS };
    const { seq, duplicate } = await session.jetstream.publish(subject, payload, options);
    return { ok: true, position: seq, isDuplicate: duplicate };
  } catch (error) {
    if (isTooLarge(error)) return { ok: false, reason: 'too_large', error: asError(error) };
    if (isRefusal(error)) return { ok: false, reason: 'refused', error: asError(error) };
    // A server that is there says so when nobody stores the subject.
    if (error instanceof NatsError && error.code === ErrorCode.NoResponders) {
      link.renew(session, `no stream ${STREAM} takes events`);
    }
    return { ok: false, reason: 'unavailable', error: unavailable('an event was not confirmed', error) };
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
