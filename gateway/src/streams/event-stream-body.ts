/**
 * A stream of server-sent events, as clients of `graphql-sse` expect it. The library's own handler is not used: it takes
 * results from their source as fast as they come and keeps them until the caller takes them, without a bound; it writes
 * no ids, by which a stream is resumed; its mode of a single connection keeps each stream that was asked for and never
 * opened. Wrapping it would take more code than the few lines of text that it makes.
 */
import { RocketError } from '@rocket/schema';
import type { FormattedExecutionResult } from 'graphql';
import type { StreamSession } from '../identity/stream-sessions.ts';
import { SessionWatch } from './session-watch.ts';
import { codeOf, publicErrors, publicResult } from './stream-errors.ts';
import type { StreamOperation } from './stream-operation.ts';
import type { StreamSettings } from './stream-settings.ts';

/** What browsers wait before they come back, in ms. */
const RETRY_MS = 2_000;
/** Firefox and Safari only report an open stream when its first bytes have come. */
const COMMENT = ':\n\n';

const COMPLETE = 'event: complete\ndata:\n\n';

export interface EventStreamBodyOptions {
  readonly operation: StreamOperation;
  readonly session: StreamSession;
  readonly settings: Pick<StreamSettings, 'commentMs' | 'sendTimeoutMs'>;
  /** A text was taken. */
  readonly onSent: () => void;
  /** The operation ended with an error. */
  readonly onError: (error: unknown) => void;
  /** Called once, when nothing is sent any more. @param code of the error that ended it, `complete`, or `gone` */
  readonly onEnd: (code: string) => void;
}

const DONE = { value: undefined, done: true } as const;

/** Texts are made as they are asked for; while one is being sent, the results of the operation wait at their source. */
export class EventStreamBody implements AsyncIterableIterator<string> {
  readonly #options: EventStreamBodyOptions;
  readonly #watch: SessionWatch;
  readonly #commenting: NodeJS.Timeout;
  readonly #texts: string[];
  /** Runs while a text is being sent. */
  #sending: NodeJS.Timeout | undefined;
  /** Goes on with the `next` that waits for a text. */
  #wake: (() => void) | null = null;
  #isPulling = false;
  /** What ended the stream, when no more texts will come. */
  #code: string | null = null;
  #isLeft = false;

  constructor(options: EventStreamBodyOptions) {
    this.#options = options;
    this.#texts = [beginning(options.operation.cursor)];
    this.#watch = new SessionWatch(options.session, (error) => this.finish(error));
    this.#commenting = setInterval(() => {
      if (this.#wake !== null) this.#put(COMMENT);
    }, options.settings.commentMs);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Something was revoked. */
  check(): void {
    this.#watch.check();
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    if (this.#sending !== undefined) this.#options.onSent();
    clearTimeout(this.#sending);
    while (this.#texts.length === 0 && this.#code === null) {
      this.#pull();
      await this.#woken();
    }
    const value = this.#texts.shift();
    if (value === undefined) {
      this.#leave();
      return DONE;
    }
    this.#sending = setTimeout(() => {
      this.finish(new RocketError('SUBSCRIBER_TOO_SLOW', 'A message was not taken in time'));
    }, this.#options.settings.sendTimeoutMs);
    return { value, done: false };
  }

  return(): Promise<IteratorResult<string, undefined>> {
    this.#close('gone', '');
    this.#texts.length = 0;
    this.#leave();
    return Promise.resolve(DONE);
  }

  /** Ends the stream with an error. @param retryMs when browsers come back, if not as always */
  finish(error: unknown, retryMs?: number): void {
    const retry = retryMs === undefined ? '' : `retry: ${retryMs}\n`;
    const told = nextEvent({ errors: publicErrors(error) });
    this.#close(codeOf(error), `${retry}${told}${COMPLETE}`);
  }

  #pull(): void {
    if (this.#isPulling) return;
    this.#isPulling = true;
    const { operation, onError } = this.#options;
    operation.next().then(
      ({ done, value }) => {
        this.#isPulling = false;
        if (done === true) return this.#close('complete', COMPLETE);
        this.#put(`${idLine(operation.cursor)}${nextEvent(publicResult(value))}`);
      },
      (error: unknown) => {
        onError(error);
        this.finish(error);
      },
    );
  }

  #put(text: string): void {
    if (this.#code !== null) return;
    this.#texts.push(text);
    this.#wake?.();
  }

  #close(code: string, last: string): void {
    if (this.#code !== null) return;
    if (last !== '') this.#texts.push(last);
    this.#code = code;
    void this.#options.operation.return();
    this.#wake?.();
  }

  async #woken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = null;
  }

  #leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    clearTimeout(this.#sending);
    clearInterval(this.#commenting);
    this.#watch.close();
    this.#options.onEnd(this.#code ?? 'complete');
  }
}

function nextEvent(result: FormattedExecutionResult): string {
  return `event: next\ndata: ${JSON.stringify(result)}\n\n`;
}

/** An id without data tells an event source where to go on, when it is cut off before the first event. */
function beginning(cursor: string | null): string {
  return `${idLine(cursor)}retry: ${RETRY_MS}\n\n${COMMENT}`;
}

function idLine(cursor: string | null): string {
  return cursor === null ? '' : `id: ${cursor}\n`;
}
