import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE_CODES, closeReason } from '../close-codes.ts';
import type { StreamMetrics } from '../stream-metrics.ts';
import type { StreamSettings } from '../stream-settings.ts';

/** With so many bytes waiting to be sent, nothing more is read: who does not take answers cannot ask for more. */
const MAX_WAITING_BYTES = 1024 * 1024;

export interface PeerSocketOptions {
  /** Below the WebSocket. */
  readonly stream: Duplex;
  readonly settings: StreamSettings;
  readonly metrics: StreamMetrics;
  readonly onText: (text: string) => void;
  /** The connection begins to close, or is closed: nothing is received or sent any more. Called once. */
  readonly onEnd: () => void;
  readonly onClosed: (code: number, reason: string) => void;
}

/** One WebSocket: what is sent on it, whether its peer is alive and keeps up, and how it is closed. */
export class PeerSocket {
  readonly #socket: WebSocket;
  readonly #options: PeerSocketOptions;
  readonly #pinging: NodeJS.Timeout;
  /** Messages that the socket has not taken yet. */
  #waiting = 0;
  #stalled: NodeJS.Timeout | undefined;
  #isAlive = true;
  #isOpen = true;
  #isGathering = false;
  /** With which the connection is closed from here. */
  #code: number | null = null;

  constructor(socket: WebSocket, options: PeerSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (data, isBinary) => {
      if (!this.#isOpen) return;
      if (isBinary) this.end(CLOSE_CODES.binary, 'Messages have to be text');
      else options.onText(String(data));
    });
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    // The socket is being closed because of what the peer has sent, with the code for it, or because the peer is gone.
    socket.on('error', () => this.#end());
    socket.once('close', (code, reason) => {
      this.#end();
      // A peer that does not take part in closing leaves another code than the one that it was closed with.
      options.metrics.closed('websocket', this.#code ?? code);
      options.onClosed(code, String(reason));
    });
    this.#pinging = setInterval(() => this.#ping(), options.settings.pingMs);
    options.metrics.opened('websocket');
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Resolves once the socket has taken the message, or can no longer take any. */
  send(text: string): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    this.#begin();
    this.#gather();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.send(text, (error) => {
      this.#taken();
      // What happened to the socket is told by its own events.
      if (error === undefined || error === null) this.#options.metrics.sent('websocket');
      resolve();
    });
    if (this.#socket.bufferedAmount > MAX_WAITING_BYTES) this.#socket.pause();
    return promise;
  }

  /** Closes the connection; does nothing when it is being closed. */
  end(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#code = code;
    this.#end();
    // The peer's part of closing has to be read. Without it the socket is cut after the time set for the server.
    this.#socket.resume();
    this.#socket.close(code, closeReason(reason));
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#pinging);
    clearTimeout(this.#stalled);
    this.#options.onEnd();
  }

  #begin(): void {
    this.#waiting += 1;
    if (this.#waiting > 1) return;
    this.#stalled = setTimeout(() => {
      this.end(CLOSE_CODES.tooSlow, 'Messages are not taken');
    }, this.#options.settings.sendTimeoutMs);
  }

  /** Messages of one turn go out together: a call of the system costs more than a message. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { stream } = this.#options;
    stream.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  #taken(): void {
    this.#waiting -= 1;
    if (!this.#isOpen) return;
    if (this.#waiting > 0) this.#stalled?.refresh();
    else clearTimeout(this.#stalled);
    if (this.#socket.isPaused && this.#socket.bufferedAmount <= MAX_WAITING_BYTES) this.#socket.resume();
  }

  #ping(): void {
    // A ping would wait behind the messages that the peer does not take; their time is measured as it is.
    if (this.#waiting > 0) {
      this.#isAlive = true;
      return;
    }
    if (this.#isAlive) this.#socket.ping();
    else this.#socket.terminate();
    this.#isAlive = false;
  }
}
