import { RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import type { Msg } from 'nats';
import { within } from '../../lifecycle/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createDeliveryRunner, type DeliveryRunner, type ReceivedMessage } from '../delivery-runner.ts';
import type { ConsumeOptions, Consumer } from '../event-bus.ts';
import { checkFilter } from '../subjects.ts';
import { type AckPlace, acknowledge, giveBack, tellProgress } from './acknowledge.ts';
import { type Pull, pullMessages } from './follow/pull-messages.ts';
import { isMissing, unavailable } from './nats-errors.ts';
import type { NatsLink, NatsSession } from './nats-link.ts';
import { deliveredMessage, deliveryInfo } from './stored-message.ts';
import { ensureConsumer } from './stream/ensure.ts';
import { STREAM } from './stream/stream-settings.ts';

const RETRY_MS = 500;
const DRAIN_TIMEOUT_MS = 2_000;

export class NatsConsumer implements Consumer {
  readonly #link: NatsLink;
  readonly #options: ConsumeOptions;
  readonly #logger: Logger;
  readonly #reception: ReturnType<typeof createReception>;
  readonly #runner: DeliveryRunner;
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopListening: () => void;
  readonly #pulls = new Set<Pull>();
  /** They came when nothing was handled any more. */
  readonly #returned: ReceivedMessage[] = [];
  /** The session in which the consumer is known to be there. */
  #active: NatsSession | null = null;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(link: NatsLink, options: ConsumeOptions, logger: Logger) {
    checkFilter(options.subject);
    this.#link = link;
    this.#options = options;
    this.#logger = logger;
    this.#reception = createReception(link);
    this.#runner = createDeliveryRunner({ consume: options, logger, onSettled: () => this.#refill() });
    // It is logged; whoever waits for it still gets it.
    this.ready.catch(() => undefined);
    this.#stopListening = link.onSession((session) => {
      this.#pause();
      if (session !== null) this.#start(session);
    });
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async close(graceMs: number): Promise<void> {
    this.#stop();
    this.#ready.reject(unavailable('the consumer was closed'));
    const pulls = Promise.all([...this.#pulls].map((pull) => pull.drain()));
    await within(DRAIN_TIMEOUT_MS, pulls, () => undefined);
    await forgetPulls(this.#link.session(), this.#options.name);
    for (const received of this.#returned.splice(0)) received.postpone(0);
    await this.#runner.close(graceMs);
    await flush(this.#link.session());
  }

  #start(session: NatsSession): void {
    const begun = (): void => {
      if (!this.#isCurrent(session)) return;
      this.#active = session;
      this.#ready.resolve();
      this.#refill();
    };
    const failed = (error: unknown): void => {
      if (isMissing('stream', error)) this.#link.renew(session, 'the stream is gone');
      else if (error instanceof RocketError) this.#refuse(error);
      else this.#startAgain(session, error);
    };
    ensureConsumer(session.manager, this.#options, this.#logger).then(begun, failed);
  }

  #startAgain(session: NatsSession, reason: unknown): void {
    if (!this.#isCurrent(session)) return;
    this.#logger.warn({ reason, consumer: this.#options.name }, 'A consumer of events begins again');
    this.#pause();
    this.#retry = setTimeout(() => this.#start(session), RETRY_MS);
  }

  #isCurrent(session: NatsSession): boolean {
    return !this.#closed && session === this.#link.session();
  }

  #pause(): void {
    this.#active = null;
    clearTimeout(this.#retry);
    // Without a connection nothing is on the way, and draining ends at once.
    for (const pull of this.#pulls) void pull.drain();
    this.#pulls.clear();
  }

  #refuse(error: RocketError): void {
    this.#logger.error({ error }, 'Events cannot be consumed');
    this.#stop();
    this.#ready.reject(error);
  }

  #stop(): void {
    this.#closed = true;
    this.#stopListening();
    clearTimeout(this.#retry);
  }

  #take(message: Msg): void {
    const received = this.#reception.receive(message);
    if (received === null) return;
    if (this.#closed) this.#returned.push(received);
    else this.#runner.run(received);
    this.#refill();
  }

  /** Asks for as many as can be handled; not for each single one, as long as others are on the way. */
  #refill(): void {
    const session = this.#active;
    const { maxInFlight, name } = this.#options;
    if (this.#closed || session === null) return;
    for (const pull of this.#pulls) if (pull.open === 0) this.#pulls.delete(pull);
    const asked = [...this.#pulls].reduce((sum, pull) => sum + pull.open, 0);
    const batch = maxInFlight - this.#runner.running - asked;
    if (batch < 1 || (asked > 0 && batch < maxInFlight / 2)) return;
    const pull = pullMessages({
      session,
      consumer: name,
      batch,
      onMessage: (message) => this.#take(message),
      onEnd: () => this.#refill(),
      onBroken: (reason) => this.#startAgain(session, reason),
    });
    this.#pulls.add(pull);
  }
}

/**
 * Servers drop a request whose asker has gone when they come upon it. 2.9 does so with the message that it was about to
 * give out, which then comes only after its `ack_wait`. Asked about a consumer, they look through its requests.
 */
async function forgetPulls(session: NatsSession | null, consumer: string): Promise<void> {
  const asked = session?.manager.consumers.info(STREAM, consumer).catch(() => undefined);
  await within(DRAIN_TIMEOUT_MS, Promise.resolve(asked), () => undefined);
}

/** A lost connection gives back everything too, a little later. */
async function flush(session: NatsSession | null): Promise<void> {
  const sent = session?.connection.flush().catch(() => undefined);
  await within(DRAIN_TIMEOUT_MS, Promise.resolve(sent), () => undefined);
}

/** So many returns are remembered; older ones count as tries. */
const MAX_POSTPONED = 10_000;

/** Makes of what the server sends a message whose end can be told. */
function createReception(link: NatsLink) {
  const postponed = new LRUCache<number, number>({ max: MAX_POSTPONED });
  const places = new Map<number, AckPlace>();

  return {
    /** Null for no message, and for one that is still being handled here: its end is told for both deliveries. */
    receive(delivered: Msg): ReceivedMessage | null {
      const info = deliveryInfo(delivered.reply);
      if (info === null) return null;
      const subject = delivered.reply ?? '';
      const known = places.get(info.position);
      if (known !== undefined) {
        known.subject = subject;
        return null;
      }
      const place = { subject };
      places.set(info.position, place);
      const { position } = info;
      const release = (): void => {
        places.delete(position);
      };
      return {
        message: deliveredMessage(delivered, info),
        tries: Math.max(1, info.tries - (postponed.get(position) ?? 0)),
        async ack() {
          release();
          await acknowledge(link, place);
          postponed.delete(position);
        },
        retry(delayMs) {
          release();
          giveBack(link, place, delayMs);
        },
        postpone(delayMs) {
          release();
          postponed.set(position, (postponed.get(position) ?? 0) + 1);
          giveBack(link, place, delayMs);
        },
        working: () => tellProgress(link, place),
      };
    },
  };
}
