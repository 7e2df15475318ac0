import { CallerGone } from '@rocket/platform';
import type { ExecutionResult } from 'graphql';

/** One result of an operation; queries and mutations have no cursor. */
export interface StreamMessage {
  readonly result: ExecutionResult;
  readonly cursor: string | null;
}

export interface MessageSource extends AsyncIterator<StreamMessage> {
  /** Where it began; null or absent where no cursor names that. */
  readonly cursor?: string | null;
}

export interface OperationHooks {
  /** Begins the operation. The signal aborts when the operation has ended, for whatever reason. */
  readonly open: (signal: AbortSignal) => Promise<MessageSource>;
  /** The source failed to end. */
  readonly onFault: (error: unknown) => void;
}

const DONE = { value: undefined, done: true } as const;

/**
 * An operation of a caller: begun with the first `next`, ended by its source or by `return`. Other than an async
 * generator it ends at once, also while it is being begun or waits for a result, which may take for ever.
 */
export class StreamOperation implements AsyncIterableIterator<ExecutionResult> {
  readonly #hooks: OperationHooks;
  readonly #controller = new AbortController();
  #started: Promise<MessageSource> | null = null;
  #source: MessageSource | null = null;
  /** Settles the `next` that waits. */
  #leave: () => void = () => undefined;
  /** The last one until the next is asked for. */
  #message: StreamMessage | null = null;

  constructor(hooks: OperationHooks) {
    this.#hooks = hooks;
  }

  get isEnded(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Of the last result; null once the next is asked for. It is made when it is read: not every transport wants it. */
  get cursor(): string | null {
    return this.#message === null ? (this.#source?.cursor ?? null) : this.#message.cursor;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Begins the operation. @throws what refuses it */
  async start(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#message = null;
    if (this.isEnded) return Promise.resolve(DONE);
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<ExecutionResult, undefined>>();
    this.#leave = () => resolve(DONE);
    this.#pull().then(resolve, reject);
    return promise;
  }

  return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (!this.isEnded) {
      this.#end();
      this.#leave();
      this.#endSource();
    }
    return Promise.resolve(DONE);
  }

  async #pull(): Promise<IteratorResult<ExecutionResult, undefined>> {
    try {
      const source = await this.#begin();
      if (this.isEnded) return DONE;
      const { value, done } = await source.next();
      if (done !== true) {
        this.#message = value;
        return { value: value.result, done: false };
      }
      this.#end();
      return DONE;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #begin(): Promise<MessageSource> {
    this.#started ??= this.#hooks.open(this.#controller.signal).then((source) => {
      this.#source = source;
      // The caller may have gone meanwhile.
      if (this.isEnded) this.#endSource();
      return source;
    });
    return this.#started;
  }

  #end(): void {
    this.#controller.abort(new CallerGone());
  }

  #endSource(): void {
    this.#source?.return?.().catch(this.#hooks.onFault);
  }
}
