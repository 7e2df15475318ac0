import { nanos } from 'nats';
import { beforeDeadline } from '../../lifecycle/deadline.ts';
import { shareNextRun } from '../../lifecycle/shared-runs.ts';
import { unavailable } from './nats-errors.ts';
import type { NatsLink, NatsSession } from './nats-link.ts';

/** Where the server takes what became of a message: the newest subject that it was delivered with. */
export interface AckPlace {
  subject: string;
}

const ACK_TIMEOUT_MS = 5_000;

/** By session: resolves when the server has all that was sent to it before. */
const confirmations = new WeakMap<NatsSession, () => Promise<void>>();

/**
 * Says that a message is done, and waits until the server has that. Any connection will do, so a lost one in between does
 * not bring the message back. Those that come together are confirmed together, since the server takes what comes by one
 * connection in its order: an answer to each costs seven times as much.
 * @throws RocketError `EVENTS_UNAVAILABLE`
 */
export async function acknowledge(link: NatsLink, place: AckPlace): Promise<void> {
  const session = link.session();
  if (session === null) throw unavailable('there is no connection');
  try {
    session.connection.publish(place.subject, '+ACK');
    await confirmationOf(session)();
  } catch (error) {
    throw unavailable('an acknowledgement was not confirmed', error);
  }
}

function confirmationOf(session: NatsSession): () => Promise<void> {
  const known = confirmations.get(session);
  if (known !== undefined) return known;
  const confirmation = shareNextRun(() =>
    beforeDeadline(Date.now() + ACK_TIMEOUT_MS, session.connection.flush()),
  );
  confirmations.set(session, confirmation);
  return confirmation;
}

/** Without a connection nothing is said: the message comes back after its `ack_wait`. */
export function giveBack(link: NatsLink, place: AckPlace, delayMs: number): void {
  const how = delayMs > 0 ? `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}` : '-NAK';
  link.session()?.connection.publish(place.subject, how);
}

export function tellProgress(link: NatsLink, place: AckPlace): void {
  link.session()?.connection.publish(place.subject, '+WPI');
}
