import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { RocketError } from '@rocket/schema';

/** Nobody waits for the answer any more: the connection it was asked for on has been closed. */
export class CallerGone extends RocketError {
  constructor() {
    super('DEADLINE_EXCEEDED', 'The caller has gone');
    this.name = 'CallerGone';
  }
}

const controllers = new WeakMap<Socket, AbortController>();

/**
 * Aborts with {@link CallerGone} when the request's connection is closed. It is one for all requests of a connection, so
 * that it costs most of them a look-up; who listens to it has to stop listening.
 */
export function callerSignal({ socket }: IncomingMessage): AbortSignal {
  const known = controllers.get(socket);
  if (known !== undefined) return known.signal;
  const controller = new AbortController();
  controllers.set(socket, controller);
  if (socket.destroyed) controller.abort(new CallerGone());
  else socket.once('close', () => controller.abort(new CallerGone()));
  return controller.signal;
}
