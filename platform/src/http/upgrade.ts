import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type HttpAnswer, type WriteOptions, writeAnswer } from './write-answer.ts';

/**
 * Takes a connection, with what has arrived behind the request's head. From then on it owns the socket: the server cuts
 * it for no silence, and the owner has to end it before the server's stop has waited too long. What it throws is
 * answered in its place, as what a handler throws.
 */
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  requestId: string,
) => void;

export interface UpgradeOptions {
  readonly onUpgrade: UpgradeHandler;
  readonly requestId: string;
  /** An error of the socket: it has been closed. */
  readonly onSocketError: (error: Error) => void;
  /** How long the caller may take for a refusal. */
  readonly stallMs: number;
  /** Makes the refusal for an error of the owner, and logs the error. */
  readonly answerTo: (error: unknown) => HttpAnswer;
  readonly write: WriteOptions;
}

/** Others, such as the one to HTTP/2 that some clients offer with each request, are ignored, as HTTP allows. */
export function isUpgrade({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Gives the request's connection to the owner, or answers it with the error that the owner threw, and closes it. */
export function upgrade(request: IncomingMessage, head: Buffer, options: UpgradeOptions): void {
  const { socket } = request;
  // Node has removed its own listener, and an error that nobody listens to ends the process.
  socket.on('error', options.onSocketError);
  socket.setTimeout(0);
  const sentBefore = socket.bytesWritten;
  try {
    options.onUpgrade(request, socket, head, options.requestId);
  } catch (error) {
    const answer = options.answerTo(error);
    // An answer among what the owner has written would be read as part of it.
    if (socket.bytesWritten === sentBefore) refuse(request, answer, options);
    else socket.destroy();
  }
}

function refuse(
  request: IncomingMessage,
  answer: HttpAnswer,
  { write, stallMs }: Pick<UpgradeOptions, 'write' | 'stallMs'>,
): void {
  const { socket } = request;
  socket.setTimeout(stallMs, () => socket.destroy());
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  writeAnswer(response, answer, write);
}
