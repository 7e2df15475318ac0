import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { within } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { GraphKey } from '../../graphs/graph-key.ts';
import { findRoute } from '../../http/routes.ts';
import { ANONYMOUS } from '../../identity/identity.ts';
import { callerAddress } from '../caller-address.ts';
import { CLOSE_CODES } from '../close-codes.ts';
import type { OriginRule } from '../origin-rule.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { createWebSocketProtocol } from './web-socket-protocol.ts';

/** A message of the largest size in segments of an old modem's network. */
const MAX_CHUNKS = 16 * 1024;
const MAX_FRAGMENTS = 1024;

/** The WebSockets of a process. */
export class WebSockets {
  readonly #parts: ConnectionParts;
  readonly #origins: OriginRule;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #requestIds = new WeakMap<IncomingMessage, string>();
  #closing = false;
  #onEmpty: () => void = () => undefined;

  constructor(parts: Omit<ConnectionParts, 'protocol'>, origins: OriginRule) {
    this.#parts = { ...parts, protocol: createWebSocketProtocol(parts.settings.initWaitMs) };
    this.#origins = origins;
    // Not written into the call: the types of the library do not know all of these yet.
    const options = {
      noServer: true,
      clientTracking: false,
      // A small frame could unpack to a large message.
      perMessageDeflate: false,
      maxPayload: parts.parts.maxBodyBytes,
      maxBufferedChunks: MAX_CHUNKS,
      maxFragments: MAX_FRAGMENTS,
      closeTimeout: parts.settings.closeTimeoutMs,
      handleProtocols: (offered: ReadonlySet<string>) =>
        offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
    } as const;
    this.#server = new WebSocketServer(options);
    this.#server.on('wsClientError', (error, socket, request) => {
      const requestId = this.#requestIds.get(request) ?? null;
      refuseUpgrade(socket, new RocketError('BAD_REQUEST', error.message), requestId);
    });
  }

  /** Owns the socket from now on. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, requestId: string): void {
    if (socket.destroyed) return;
    // Whoever is there when a connection breaks learns of it from the event `close`.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    try {
      const key = this.#admit(request);
      this.#open({ request, socket, head, key, requestId });
    } catch (error) {
      if (!(error instanceof RocketError)) {
        this.#parts.parts.logger.error({ err: error, requestId }, 'a connection could not be upgraded');
      }
      refuseUpgrade(socket, error, requestId);
    }
  }

  check(): void {
    for (const connection of this.#connections) connection.session.check();
  }

  /** Refuses connections from now on. */
  refuse(): void {
    this.#closing = true;
  }

  /** Asks all to come back, each at another time, and waits until they are closed. */
  async close(): Promise<void> {
    this.refuse();
    const { closeTimeoutMs, reconnectWithinMs } = this.#parts.settings;
    for (const connection of this.#connections) {
      const waitMs = Math.round(Math.random() * reconnectWithinMs);
      connection.end(CLOSE_CODES.restart, `reconnect in ${waitMs} ms`);
    }
    const { promise: empty, resolve } = Promise.withResolvers<void>();
    this.#onEmpty = resolve;
    if (this.#connections.size === 0) resolve();
    // Sockets whose peers do not answer are cut after the same time.
    await within(closeTimeoutMs * 2, empty, () => undefined);
    this.#server.close();
  }

  /** @throws RocketError */
  #admit(request: IncomingMessage): GraphKey {
    if (this.#closing) throw new RocketError('NOT_READY');
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const route = findRoute(path);
    if (route.kind !== 'graphql')
      throw new RocketError('NOT_FOUND', 'There are no subscriptions at this path');
    this.#parts.parts.requireGraph(route.key);
    this.#origins(request.headers);
    return route.key;
  }

  /** @throws RocketError `TOO_MANY_REQUESTS` */
  #open(asked: Asked): void {
    const { request, key, requestId } = asked;
    const { limits } = this.#parts;
    const address = callerAddress(request);
    const arrived = limits.take('arrivals', { identity: ANONYMOUS, address });
    // Also when it is never opened.
    asked.socket.once('close', arrived);
    this.#requestIds.set(request, requestId);
    this.#server.handleUpgrade(request, asked.socket, asked.head, (socket) => {
      const connection = new Connection(this.#parts, {
        ...{ socket, request, arrived, key, requestId, address },
        onClosed: () => {
          this.#connections.delete(connection);
          if (this.#connections.size === 0) this.#onEmpty();
        },
      });
      this.#connections.add(connection);
    });
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly key: GraphKey;
  readonly requestId: string;
}
