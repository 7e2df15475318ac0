import type { ExecutionResult } from 'graphql';
import type {
  ChangeMessage,
  ChangeStream,
  SubscribeRequest,
  Subscriptions,
} from '../../src/subscriptions/subscribe.ts';

/** One subscription at the engine of a test. */
export class Channel implements ChangeStream {
  readonly cursor = 'c0';
  readonly request: SubscribeRequest;
  /** Times that `return` was called. */
  returns = 0;
  /** Messages that were taken. */
  taken = 0;
  readonly #queue: ChangeMessage[] = [];
  #failure: Error | null = null;
  #isOver = false;
  #make: (() => ChangeMessage) | null = null;
  #wake: () => void = () => undefined;

  constructor(request: SubscribeRequest) {
    this.request = request;
    request.signal.addEventListener('abort', () => this.#wake());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(result: ExecutionResult, cursor = `c${this.taken + this.#queue.length + 1}`): void {
    this.#queue.push({ result, cursor });
    this.#wake();
  }

  /** Ends with an error, or without one. */
  end(failure: Error | null = null): void {
    this.#failure = failure;
    this.#isOver = true;
    this.#wake();
  }

  /** From now on there is always one more message. */
  flow(make: () => ChangeMessage): void {
    this.#make = make;
    this.#wake();
  }

  async next(): Promise<IteratorResult<ChangeMessage, undefined>> {
    for (;;) {
      const value = this.#queue.shift() ?? this.#make?.();
      if (value !== undefined) {
        this.taken += 1;
        return { value, done: false };
      }
      if (this.#failure !== null) throw this.#failure;
      if (this.#isOver || this.request.signal.aborted) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  return(): Promise<IteratorResult<ChangeMessage, undefined>> {
    this.returns += 1;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }
}

/** An engine whose events are made by the test. */
export class MemorySubscriptions implements Subscriptions {
  readonly channels: Channel[] = [];
  /** Refuses, or waits, before a subscription begins. */
  onSubscribe: (request: SubscribeRequest) => Promise<void> | void = () => undefined;

  async subscribe(request: SubscribeRequest): Promise<Channel> {
    await this.onSubscribe(request);
    const channel = new Channel(request);
    this.channels.push(channel);
    return channel;
  }

  /** The subscription whose query contains the text. */
  of(text: string): Channel {
    const channel = this.channels.findLast(({ request }) => request.parameters.query.includes(text));
    if (channel === undefined) throw new Error(`Nobody has subscribed to ${text}`);
    return channel;
  }
}
