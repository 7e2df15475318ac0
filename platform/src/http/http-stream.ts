import type { ServerResponse } from 'node:http';

/** An HTTP answer whose body is made while it is sent; its length is not known. */
export interface HttpStream {
  /** One of an answer that has a body. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The body, piece by piece; the next one is only asked for when the reader has room for it. `return()` of its iterator
   * is called once, when nothing more will be sent: also after it has ended, and while a piece is being waited for. An
   * async generator would only hear of it once it has made that piece.
   */
  readonly stream: AsyncIterable<string>;
}

/**
 * Sends the head at once, and then the body until it ends or the caller has gone. A caller who asked for the head alone
 * gets no more.
 * @param further headers besides those of the answer
 * @throws what the iterator throws, and TypeError for a header that HTTP does not allow; the caller of this function has
 * to destroy the response then
 */
export async function writeStream(
  response: ServerResponse,
  { status, headers, stream }: HttpStream,
  further: Readonly<Record<string, string>>,
): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  const ending = endWith(response, iterator);
  await Promise.all([ending, send()]);

  async function send(): Promise<void> {
    if (response.destroyed) return;
    response.writeHead(status, { ...headers, ...further });
    response.flushHeaders();
    if (response.req.method === 'HEAD') response.end();
    else await sendBody(response, iterator);
  }
}

/**
 * Not left to a loop over the iterator: it may be waiting for the next piece when the caller goes, and would only notice
 * then.
 */
async function endWith(response: ServerResponse, iterator: AsyncIterator<string>): Promise<void> {
  if (!response.destroyed) {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    response.once('close', () => resolve());
    await closed;
  }
  await iterator.return?.();
}

async function sendBody(response: ServerResponse, iterator: AsyncIterator<string>): Promise<void> {
  while (!response.destroyed) {
    const { done, value } = await iterator.next();
    if (response.destroyed) return;
    if (done === true) {
      response.end();
      return;
    }
    if (!response.write(value)) await drained(response);
  }
}

/** The reader has taken what was written, or has gone. */
async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = () => resolve();
  response.once('drain', settle);
  response.once('close', settle);
  await promise;
  response.off('drain', settle);
  response.off('close', settle);
}
