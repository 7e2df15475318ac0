import { headers, type Msg } from 'nats';
import { z } from 'zod';
import type { OutgoingMessage, PublishOutcome } from '../event-bus.ts';
import { isTooLarge, unavailable } from './nats-errors.ts';
import type { NatsLink, NatsSession } from './nats-link.ts';
import { ID_HEADER } from './stored-message.ts';
import { STREAM } from './stream/stream-settings.ts';

/** Then nobody knows whether the messages are stored. */
const PUBLISH_TIMEOUT_MS = 5_000;
/** Status of a server when nobody stores the subject. */
const NO_RESPONDERS = 503;

/** JetStream's: the message is stored, or was before; or why it is not. */
const answer = z.union([
  z.object({ error: z.object({ description: z.string() }) }),
  z.object({ seq: z.int().positive(), duplicate: z.boolean().default(false) }),
]);

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
  return new Batch(session, link, messages).outcomes;
}

/** Messages that are published together, with one time limit. */
class Batch {
  readonly outcomes: Promise<readonly PublishOutcome[]>;
  readonly #session: NatsSession;
  readonly #link: NatsLink;
  /** In the places of their messages. */
  readonly #settled: PublishOutcome[] = [];
  readonly #resolve: (outcomes: readonly PublishOutcome[]) => void;
  /** Where the answer to each message is waited for that has none yet. */
  readonly #open = new Map<number, string>();
  readonly #timer: NodeJS.Timeout;
  #left: number;

  constructor(session: NatsSession, link: NatsLink, messages: readonly OutgoingMessage[]) {
    const { promise, resolve } = Promise.withResolvers<readonly PublishOutcome[]>();
    this.outcomes = promise;
    this.#resolve = resolve;
    this.#session = session;
    this.#link = link;
    this.#timer = setTimeout(() => this.#giveUp(), PUBLISH_TIMEOUT_MS);
    this.#left = messages.length;
    for (const [at, message] of messages.entries()) this.#send(at, message);
    this.#endIfDone();
  }

  #send(at: number, { subject, payload, id }: OutgoingMessage): void {
    const { answers, connection } = this.#session;
    const reply = answers.expect((message) => this.#answered(at, message));
    this.#open.set(at, reply);
    const named = headers();
    named.set(ID_HEADER, id);
    try {
      connection.publish(subject, payload, { headers: named, reply });
    } catch (error) {
      this.#settle(at, isTooLarge(error) ? tooLarge(error) : unconfirmed(error));
    }
  }

  #answered(at: number, message: Msg | null): void {
    if (message?.headers?.code === NO_RESPONDERS) {
      this.#link.renew(this.#session, `no stream ${STREAM} takes events`);
    }
    this.#settle(at, readAnswer(message));
  }

  #giveUp(): void {
    for (const at of [...this.#open.keys()]) this.#settle(at, unconfirmed(new Error('no answer in time')));
  }

  #settle(at: number, outcome: PublishOutcome): void {
    const address = this.#open.get(at);
    if (address === undefined) return;
    this.#open.delete(at);
    this.#session.answers.forget(address);
    this.#settled[at] = outcome;
    this.#left -= 1;
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#left > 0) return;
    clearTimeout(this.#timer);
    this.#resolve(this.#settled);
  }
}

function readAnswer(message: Msg | null): PublishOutcome {
  if (message === null) return unconfirmed(new Error('the connection ended'));
  try {
    const read = answer.parse(JSON.parse(message.string()));
    return 'error' in read
      ? { ok: false, reason: 'refused', error: new Error(read.error.description) }
      : { ok: true, position: read.seq, isDuplicate: read.duplicate };
  } catch (error) {
    return unconfirmed(error);
  }
}

function unconfirmed(cause: unknown): PublishOutcome {
  return { ok: false, reason: 'unavailable', error: unavailable('an event was not confirmed', cause) };
}

function tooLarge(error: unknown): PublishOutcome {
  const cause = error instanceof Error ? error : new Error(String(error));
  return { ok: false, reason: 'too_large', error: cause };
}
