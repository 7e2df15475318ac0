import { WebSocket } from 'ws';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket of a test that sends what it likes. */
export class RawWebSocket {
  readonly socket: WebSocket;
  readonly messages: unknown[] = [];
  readonly closed: Promise<Closed>;
  readonly #waiting: (() => void)[] = [];

  constructor(url: string, options: { protocol?: string; headers?: Record<string, string> } = {}) {
    const { protocol = 'graphql-transport-ws', headers = {} } = options;
    this.socket = new WebSocket(`ws://${url}`, protocol, { headers, perMessageDeflate: true });
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    const { promise, resolve } = Promise.withResolvers<Closed>();
    this.closed = promise;
    this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    this.socket.on('error', () => undefined);
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.OPEN) return this;
    await new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    return this;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message that fits, when it has come. */
  async received(fits: (message: Readonly<Record<string, unknown>>) => boolean): Promise<unknown> {
    for (;;) {
      const found = this.messages.find((message) => isRecord(message) && fits(message));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** @param payload of `connection_init` */
  async connect(payload?: unknown): Promise<this> {
    await this.opened();
    this.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
    await this.received(({ type }) => type === 'connection_ack');
    return this;
  }

  subscribe(id: string, query: string): void {
    this.send({ type: 'subscribe', id, payload: { query } });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
