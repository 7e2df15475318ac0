import {
  AckPolicy,
  type ConsumerConfig,
  createInbox,
  isFlowControlMsg,
  type Msg,
  nanos,
  ReplayPolicy,
  type Subscription,
} from 'nats';
import type { StreamMessage } from '../../event-bus.ts';
import type { NatsSession } from '../nats-link.ts';
import { deliveredMessage, deliveryInfo } from '../stored-message.ts';
import { STREAM } from '../stream/stream-settings.ts';

/** Messages of one server-side consumer, which ends with this feed. */
export interface NatsFeed {
  close(): void;
}

interface FeedOptions {
  readonly session: NatsSession;
  readonly subject: string;
  readonly deliver: Partial<ConsumerConfig>;
  readonly onMessage: (message: StreamMessage) => void;
  /** The server has nothing more to give out at the moment, and everything it gave out is here. */
  readonly onIdle: () => void;
  /** Messages are missing or may be; none is delivered any more. */
  readonly onBroken: (reason: string) => void;
}

const HEARTBEAT_MS = 1_000;
/** Counted by a timer, which after a block of the event loop runs once and not for each missed time. */
const MAX_MISSED = 3;
const LAST_CONSUMER_HEADER = 'Nats-Last-Consumer';
const STALLED_HEADER = 'Nats-Consumer-Stalled';

/**
 * A push consumer without acknowledgements, whose gaps are noticed by its own count of messages and whose silence by
 * its heartbeats. The client's ordered consumer does the same but begins again by itself, and whether the stream is
 * still the same has to be asked before that. It is held in memory by one server, so a restart of that ends it.
 * @throws NatsError when the consumer cannot be made
 */
export async function openFeed(options: FeedOptions): Promise<NatsFeed> {
  const inbox = createInbox();
  const arrivals = new Arrivals(options, inbox);
  try {
    await options.session.manager.consumers.add(STREAM, {
      ...options.deliver,
      deliver_subject: inbox,
      filter_subject: options.subject,
      ack_policy: AckPolicy.None,
      replay_policy: ReplayPolicy.Instant,
      flow_control: true,
      idle_heartbeat: nanos(HEARTBEAT_MS),
      mem_storage: true,
      num_replicas: 1,
    });
  } catch (error) {
    arrivals.close();
    throw error;
  }
  return arrivals;
}

class Arrivals implements NatsFeed {
  readonly #options: FeedOptions;
  readonly #subscription: Subscription;
  readonly #watch: NodeJS.Timeout;
  #received = 0;
  #missed = 0;
  #closed = false;

  constructor(options: FeedOptions, inbox: string) {
    this.#options = options;
    this.#subscription = options.session.connection.subscribe(inbox, {
      callback: (error, message) => this.#onArrival(error, message),
    });
    this.#watch = setInterval(() => this.#onBeat(), HEARTBEAT_MS);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#watch);
    this.#subscription.unsubscribe();
  }

  #fail(reason: string): void {
    this.close();
    this.#options.onBroken(reason);
  }

  #onBeat(): void {
    this.#missed += 1;
    if (this.#missed > MAX_MISSED) this.#fail('no heartbeats');
  }

  #onArrival(error: Error | null, message: Msg): void {
    if (this.#closed) return;
    this.#missed = 0;
    if (error !== null) this.#fail(error.message);
    else if (isFlowControlMsg(message)) this.#onStatus(message);
    else this.#onMessage(message);
  }

  #onStatus(message: Msg): void {
    const stalled = message.headers?.get(STALLED_HEADER) ?? '';
    const last = message.headers?.get(LAST_CONSUMER_HEADER) ?? '';
    // The server waits for this answer before it sends more than a connection can hold.
    const answerTo = stalled === '' ? message.reply : stalled;
    if (answerTo !== undefined && answerTo !== '') this.#options.session.connection.publish(answerTo);
    if (last === '') return;
    if (Number(last) > this.#received) this.#fail('messages were lost');
    else if (stalled === '') this.#options.onIdle();
  }

  #onMessage(message: Msg): void {
    const info = deliveryInfo(message.reply);
    if (info === null || info.sequence !== this.#received + 1) {
      this.#fail('messages were lost');
      return;
    }
    this.#received = info.sequence;
    this.#options.onMessage(deliveredMessage(message, info));
  }
}
