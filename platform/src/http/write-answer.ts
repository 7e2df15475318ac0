import type { ServerResponse } from 'node:http';
import { RocketError } from '@rocket/schema';
import { type AnswerBytes, LARGE_ANSWER_BYTES } from './answer-bytes.ts';

/** Statuses of answers without a body. Those of a 304 would be the type and the length of what was not sent. */
const BODILESS = new Set([204, 304]);

/** A whole HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The error that the answer reports, for the log, which may contain more of it than the caller may see. */
  readonly failure?: unknown;
}

export interface WriteOptions {
  /** The server's large answers that are being sent. */
  readonly sending: AnswerBytes;
  /** Makes the answer when there is no room for the real one. */
  readonly onError: (error: unknown) => HttpAnswer;
  /** Headers besides those of the answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The headers of all that a server sends. */
export function commonHeaders(requestId: string, isLast: boolean): Record<string, string> {
  const last = isLast ? { connection: 'close' } : {};
  return { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', ...last };
}

/**
 * Sends an answer, or a refusal where there is no room for it. Nothing is sent to a caller who has gone.
 * @throws TypeError for a header that HTTP does not allow
 */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer, options: WriteOptions): void {
  if (response.destroyed) return;
  const { status, headers, body } = admitted(response, answer, options);
  const { 'content-type': type, ...others } = headers;
  response.writeHead(status, {
    ...others,
    ...options.headers,
    ...(BODILESS.has(status) ? {} : bodyHeaders(type, body)),
  });
  // Node leaves the body out of answers to HEAD.
  response.end(body);
}

function bodyHeaders(type: string | undefined, body: string | Buffer): Record<string, string> {
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  return type === undefined ? length : { 'content-type': type, ...length };
}

function admitted(
  response: ServerResponse,
  answer: HttpAnswer,
  { sending, onError }: WriteOptions,
): HttpAnswer {
  const { body } = answer;
  if (body.length < LARGE_ANSWER_BYTES) return answer;
  // Encoded here: Node would reserve three bytes for each character of a text until the last byte is sent.
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (sending.take(response, bytes.length)) return { ...answer, body: bytes };
  return onError(new RocketError('NOT_READY', 'Too many large answers are being sent'));
}
