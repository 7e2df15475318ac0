import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, and the requests that are being answered on them. */
export class HttpConnections {
  readonly #sockets = new Set<Socket>();
  readonly #running = new Map<ServerResponse, IncomingMessage>();
  #closing = false;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    // Nothing was read or written for a while. As we listen, closing is ours.
    server.on('timeout', (socket) => {
      if (!this.#isWorking(socket)) socket.destroy();
    });
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  begin(request: IncomingMessage, response: ServerResponse): void {
    this.#running.set(response, request);
    response.once('close', () => {
      this.#running.delete(response);
      // Its head may have been sent before it was known that no other request can follow.
      if (this.#closing) request.socket.end();
    });
  }

  /** Closes those on which no whole request has come: nothing has been begun for them. The others close themselves. */
  closeUnused(): void {
    this.#closing = true;
    const used = new Set<Socket>();
    for (const request of this.#running.values()) if (request.complete) used.add(request.socket);
    for (const socket of this.#sockets) if (!used.has(socket)) socket.destroy();
  }

  /** It has sent a request, and it is ours to go on: to make the answer. */
  #isWorking(socket: Socket): boolean {
    for (const [response, request] of this.#running) {
      if (request.socket === socket && request.complete && !response.headersSent) return true;
    }
    return false;
  }
}
