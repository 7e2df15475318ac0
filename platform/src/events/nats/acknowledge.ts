import { nanos } from 'nats';
import { unavailable } from './nats-errors.ts';
import type { NatsLink } from './nats-link.ts';

/** Where the server takes what became of a message: the newest subject that it was delivered with. */
export interface AckPlace {
  subject: string;
}

const ACK_TIMEOUT_MS = 5_000;

/**
 * Says that a message is done, and waits until the server knows. Any connection will do, so a lost one in between does
 * not bring the message back. @throws RocketError `EVENTS_UNAVAILABLE`
 */
export async function acknowledge(link: NatsLink, place: AckPlace): Promise<void> {
  const session = link.session();
  if (session === null) throw unavailable('there is no connection');
  try {
    await session.connection.request(place.subject, '+ACK', { timeout: ACK_TIMEOUT_MS });
  } catch (error) {
    throw unavailable('an acknowledgement was not confirmed', error);
  }
}

/** Without a connection nothing is said: the message comes back after its `ack_wait`. */
export function giveBack(link: NatsLink, place: AckPlace, delayMs: number): void {
  const how = delayMs > 0 ? `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}` : '-NAK';
  link.session()?.connection.publish(place.subject, how);
}

export function tellProgress(link: NatsLink, place: AckPlace): void {
  link.session()?.connection.publish(place.subject, '+WPI');
}
