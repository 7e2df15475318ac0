import type { IncomingMessage } from 'node:http';
import { checkJsonDepth } from '@rocket/platform';
import { parseJson } from '@rocket/schema';
import { type Message, MessageType, type Server, stringifyMessage, validateMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { GraphKey } from '../../graphs/graph-key.ts';
import type { CallerLimits, Release } from '../caller-limits.ts';
import { CLOSE_CODES } from '../close-codes.ts';
import type { OperationOpener } from '../open-operation.ts';
import type { StreamMetrics } from '../stream-metrics.ts';
import type { StreamParts } from '../stream-parts.ts';
import type { StreamSettings } from '../stream-settings.ts';
import { ConnectionOperations } from './connection-operations.ts';
import { ConnectionSession } from './connection-session.ts';
import { MessageRate } from './message-rate.ts';
import { PeerSocket } from './peer-socket.ts';

export interface ConnectionParts {
  readonly parts: StreamParts;
  readonly settings: StreamSettings;
  readonly limits: CallerLimits;
  readonly metrics: StreamMetrics;
  readonly opener: OperationOpener;
  /** Speaks the protocol. */
  readonly protocol: Server<Connection>;
}

export interface Upgraded {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly key: GraphKey;
  readonly requestId: string;
  readonly address: string;
  /** Gives back what the connection has taken until it is known whose it is. */
  readonly arrived: Release;
  readonly onClosed: () => void;
}

/**
 * One WebSocket that speaks `graphql-transport-ws`. The protocol itself is the library's; what it cannot do is done on
 * messages before it sees them: limits, renewing the token, operations that end while they are being begun.
 */
export class Connection {
  readonly session: ConnectionSession;
  readonly operations: ConnectionOperations;
  readonly #connection: ConnectionParts;
  readonly #requestId: string;
  readonly #peer: PeerSocket;
  readonly #rate: MessageRate;
  /** Ends the counting of bytes before the acknowledgement. */
  readonly #stopCounting: () => void;
  #handle: (text: string) => Promise<void> = () => Promise.resolve();

  constructor(connection: ConnectionParts, upgraded: Upgraded) {
    const { settings, metrics, protocol } = connection;
    this.#connection = connection;
    this.#requestId = upgraded.requestId;
    this.#rate = new MessageRate(settings);
    this.#stopCounting = this.#countBytes(upgraded.request);
    this.session = new ConnectionSession({
      ...{ ...connection, ...upgraded, authorization: upgraded.request.headers.authorization },
      onEnd: ({ code, reason }) => this.end(code, reason),
    });
    this.operations = new ConnectionOperations({
      ...{ ...connection, ...upgraded, session: this.session },
      send: (message) => this.#peer.send(message),
      handle: (text) => this.#deliver(text),
    });
    this.#peer = new PeerSocket(upgraded.socket, {
      ...{ settings, metrics, stream: upgraded.request.socket },
      onText: (text) => this.#receive(text),
      onEnd: () => this.#leave(),
      onClosed: (code, reason) => {
        upgraded.onClosed();
        closed(code, reason).catch((error: unknown) => this.#fail(error));
      },
    });
    const closed = protocol.opened(
      {
        protocol: this.#peer.protocol,
        send: (text) => this.#peer.send(text),
        close: (code = CLOSE_CODES.fault, reason = '') => this.end(code, reason),
        onMessage: (handle) => {
          this.#handle = handle;
        },
      },
      this,
    );
  }

  end(code: number, reason: string): void {
    this.#peer.end(code, reason);
  }

  /** The first `connection_init`. @returns false when the connection is being closed */
  async connect(params: unknown): Promise<boolean> {
    const isAccepted = await this.session.begin(params);
    if (isAccepted) this.#stopCounting();
    return isAccepted;
  }

  #receive(text: string): void {
    if (!this.#rate.count()) {
      this.end(CLOSE_CODES.tooMany, 'Too many messages');
      return;
    }
    const message = messageOf(text);
    if (message === null) this.end(CLOSE_CODES.malformed, 'Invalid message received');
    else this.#take(message, text);
  }

  #take(message: Message, text: string): void {
    switch (message.type) {
      case MessageType.ConnectionInit:
        if (this.session.identity === null) void this.#deliver(text);
        else void this.#renew(message.payload);
        return;
      case MessageType.Subscribe:
        this.operations.begin(message, text.length);
        return;
      case MessageType.Complete:
        this.operations.end(message.id);
        void this.#deliver(text);
        return;
      case MessageType.Ping:
      case MessageType.Pong:
        void this.#deliver(text);
        return;
      case MessageType.ConnectionAck:
      case MessageType.Next:
      case MessageType.Error:
        this.end(CLOSE_CODES.malformed, 'Invalid message received');
    }
  }

  async #renew(params: unknown): Promise<void> {
    const isRenewed = await this.session.renew(params);
    if (isRenewed) await this.#peer.send(stringifyMessage({ type: MessageType.ConnectionAck }));
  }

  /** Resolves, always, when the library is done with the message: for an operation, when that has ended. */
  async #deliver(text: string): Promise<void> {
    try {
      await this.#handle(text);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const { logger } = this.#connection.parts;
    logger.error({ err: error, requestId: this.#requestId }, 'a message of a WebSocket could not be handled');
    this.end(CLOSE_CODES.fault, 'Something went wrong on our side');
  }

  /** Counted on the socket: the server of WebSockets has one limit of messages for all. */
  #countBytes({ socket }: IncomingMessage): () => void {
    let bytes = 0;
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= this.#connection.settings.maxBytesBeforeAck) return;
      this.end(CLOSE_CODES.tooLarge, 'Too much before the connection is acknowledged');
    };
    socket.on('data', count);
    return () => socket.off('data', count);
  }

  #leave(): void {
    this.#stopCounting();
    this.session.close();
    this.operations.close();
  }
}

/** Null for what is no message of the protocol. */
function messageOf(text: string): Message | null {
  try {
    checkJsonDepth(text, 'The message');
    return validateMessage(parseJson(text));
  } catch {
    // Whatever is wrong with it: the peer is told by the close code.
    return null;
  }
}
