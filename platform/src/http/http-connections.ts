import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, the requests that are being answered on them, and those that were upgraded. */
export class HttpConnections {
  readonly #server: Server;
  readonly #drainMs: number;
  readonly #sockets = new Set<Socket>();
  readonly #upgraded = new WeakSet<Socket>();
  readonly #running = new Map<ServerResponse, IncomingMessage>();
  #closing = false;

  /** @param drainMs how long {@link close} waits for what is in use before it cuts it */
  constructor(server: Server, drainMs: number) {
    this.#server = server;
    this.#drainMs = drainMs;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
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
    // Nothing was read or written for a while. Node asks the response whose turn it is on the connection, and closes
    // connections that have none by itself.
    response.on('timeout', (socket: Socket) => {
      if (!isOurTurn(request, response)) socket.destroy();
    });
  }

  /**
   * Not while another request of the connection is being answered: the answer would end up among what the owner of the
   * upgraded connection writes.
   */
  mayUpgrade({ socket }: IncomingMessage): boolean {
    return !this.#closing && !this.#running.values().some((running) => running.socket === socket);
  }

  /** From now on the connection is in use until it is closed. */
  beginUpgraded(socket: Socket): void {
    this.#upgraded.add(socket);
  }

  /**
   * Accepts no more connections, waits for the requests that are being answered and for the owners of upgraded
   * connections to end them, and closes all connections.
   */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#closing = true;
    this.#closeUnused();
    const cut = setTimeout(() => this.#closeAll(), this.#drainMs);
    await promise;
    clearTimeout(cut);
  }

  /** Node's closeAllConnections() does not know those that were upgraded. */
  #closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * Closes connections on which no complete request has arrived: no work was begun for them. The others are closed
   * once their work has ended.
   */
  #closeUnused(): void {
    const used = new Set<Socket>();
    for (const request of this.#running.values()) if (request.complete) used.add(request.socket);
    for (const socket of this.#sockets) {
      if (!used.has(socket) && !this.#upgraded.has(socket)) socket.destroy();
    }
  }
}

/** We are making the answer or, of a stream, the next piece: the caller owes us nothing. */
function isOurTurn(request: IncomingMessage, response: ServerResponse): boolean {
  return request.complete && !response.writableEnded && !response.writableNeedDrain;
}
