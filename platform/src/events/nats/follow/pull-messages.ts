import { createInbox, isFlowControlMsg, type Msg, nanos, type Subscription } from 'nats';
import type { NatsSession } from '../nats-link.ts';
import { STREAM } from '../stream/stream-settings.ts';

/** One request for messages of a durable consumer, until they have come or its time is over. */
export interface Pull {
  /** Messages that may still come. */
  readonly open: number;
  /** Takes what is on the way, and nothing that the server sends later. */
  drain(): Promise<void>;
}

interface PullOptions {
  readonly session: NatsSession;
  readonly consumer: string;
  readonly batch: number;
  readonly onMessage: (message: Msg) => void;
  /** Nothing more comes of it. Not called when it is drained. */
  readonly onEnd: () => void;
  /** The consumer is not there or its server is not well; the pull has ended. */
  readonly onBroken: (reason: string) => void;
}

const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const MAX_MISSED = 3;
/** Status of a request whose time was over. */
const EXPIRED = 408;
const FIRST_STATUS_OF_ERRORS = 400;

/**
 * The client's own `consume` asks for more as soon as it has handed on what came, and not when that is done; so many
 * messages would wait here, and lose their time for being handled.
 */
export function pullMessages(options: PullOptions): Pull {
  const { connection } = options.session;
  const inbox = createInbox();
  let open = options.batch;
  let missed = 0;

  function end(then: () => void): void {
    if (open === 0) return;
    open = 0;
    release();
    then();
  }

  function release(): void {
    clearInterval(watch);
    subscription.unsubscribe();
  }

  function onArrival(error: Error | null, message: Msg): void {
    missed = 0;
    if (error === null && isFlowControlMsg(message)) return;
    const status = message.headers?.code ?? 0;
    if (error !== null) {
      end(() => options.onBroken(error.message));
    } else if (status === EXPIRED) {
      end(options.onEnd);
    } else if (status >= FIRST_STATUS_OF_ERRORS) {
      end(() => options.onBroken(message.headers?.description ?? String(status)));
    } else {
      open -= 1;
      if (open === 0) release();
      options.onMessage(message);
    }
  }

  const subscription: Subscription = connection.subscribe(inbox, { callback: onArrival });
  const watch = setInterval(() => {
    missed += 1;
    if (missed > MAX_MISSED) end(() => options.onBroken('no heartbeats'));
  }, HEARTBEAT_MS);
  const request = { batch: options.batch, expires: nanos(EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) };
  connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${options.consumer}`, JSON.stringify(request), {
    reply: inbox,
  });
  return {
    get open() {
      return open;
    },
    async drain() {
      clearInterval(watch);
      if (!subscription.isClosed()) await subscription.drain();
      open = 0;
    },
  };
}
