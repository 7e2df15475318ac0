import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * How long a stop waits for requests in flight before it cuts their connections: less than a component may take to
 * stop.
 */
const DRAIN_MS = 25_000;

/** The connections of a server, and the requests that are being answered on them. */
export class HttpConnections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #running = new Map<ServerResponse, IncomingMessage>();
  #closing = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    // Nothing was read or written for a while. Node leaves closing to us, because there is a listener.
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
      // The head of the answer may have been sent before it was known that no other request can follow.
      if (this.#closing) request.socket.end();
    });
  }

  /** Accepts no more connections, waits for the requests that are being answered, and closes all connections. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#closing = true;
    this.#closeUnused();
    const cut = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    await promise;
    clearTimeout(cut);
  }

  /**
   * Closes connections on which no complete request has arrived: no work was begun for them. The others close
   * themselves.
   */
  #closeUnused(): void {
    const used = new Set<Socket>();
    for (const request of this.#running.values()) if (request.complete) used.add(request.socket);
    for (const socket of this.#sockets) if (!used.has(socket)) socket.destroy();
  }

  /** A complete request has arrived on it, and we are making the answer. */
  #isWorking(socket: Socket): boolean {
    for (const [response, request] of this.#running) {
      if (request.socket === socket && request.complete && !response.headersSent) return true;
    }
    return false;
  }
}
