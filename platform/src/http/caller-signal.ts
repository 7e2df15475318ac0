import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { RocketError } from '@rocket/schema';

/** Nobody waits for the answer any more: the request's connection has been closed. */
export class CallerGone extends RocketError {
  constructor() {
    super('DEADLINE_EXCEEDED', 'The caller has gone');
    this.name = 'CallerGone';
  }
}

const controllers = new WeakMap<Socket, AbortController>();

/**
 * Aborts with {@link CallerGone} when the request's connection is closed. All requests of a connection share the
 * signal, so that most of them only pay a look-up; listeners have to be removed after use.
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
