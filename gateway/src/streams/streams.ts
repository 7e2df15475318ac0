/**
 * The transports of subscriptions: GraphQL over WebSocket, and over server-sent events. Both are given the sessions,
 * the engine and the executor, and bound what callers may open.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpAnswer, HttpStream } from '@rocket/platform';
import type { GraphKey } from '../graphs/graph-key.ts';
import { prefersEventStream } from '../http/accept.ts';
import type { HttpRequest } from '../http/dispatch.ts';
import { CallerLimits } from './caller-limits.ts';
import { EventStreams } from './event-streams.ts';
import { OperationOpener } from './open-operation.ts';
import { type EventStreamPlace, graphPlace } from './operation-place.ts';
import { createOriginRule } from './origin-rule.ts';
import { createStreamMetrics } from './stream-metrics.ts';
import type { StreamParts } from './stream-parts.ts';
import { DEFAULT_STREAM_SETTINGS, type StreamSettings } from './stream-settings.ts';
import { WebSockets } from './websocket/web-sockets.ts';

export interface Streams {
  /** For `onUpgrade` of the HTTP server: owns the socket from then on. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, requestId: string): void;
  /** True for requests that `serve` and `serveAt` answer. */
  wants(request: IncomingMessage): boolean;
  /**
   * Answers such a request.
   * @throws RocketError when it is refused before the stream begins
   */
  serve(request: HttpRequest, key: GraphKey): Promise<HttpStream | HttpAnswer>;
  /** The same at another place than a graph. */
  serveAt(request: HttpRequest, place: EventStreamPlace): Promise<HttpStream | HttpAnswer>;
  /**
   * Accepts nothing new, waits for answers of queries and mutations, asks all callers to come back somewhat later, and
   * resolves when they are told, or after a bounded time.
   */
  close(): Promise<void>;
}

export function createStreams(parts: StreamParts, changed: Partial<StreamSettings> = {}): Streams {
  const settings = { ...DEFAULT_STREAM_SETTINGS, ...changed };
  const limits = new CallerLimits(settings);
  const metrics = createStreamMetrics(parts.metrics);
  const opener = new OperationOpener({ limits, metrics });
  const origins = createOriginRule(parts.corsOrigins);
  const common = { parts, settings, limits, metrics, opener };
  const webSockets = new WebSockets(common, origins);
  const eventStreams = new EventStreams(common, origins);
  const stopListening = parts.sessions.onChange(() => {
    webSockets.check();
    eventStreams.check();
  });
  return {
    upgrade: (request, socket, head, requestId) => webSockets.upgrade(request, socket, head, requestId),
    wants: ({ method, headers }) =>
      (method === 'GET' || method === 'POST') && prefersEventStream(headers.accept),
    serve: (request, key) => eventStreams.serve(request, graphPlace(parts, key)),
    serveAt: (request, place) => eventStreams.serve(request, place),
    async close() {
      webSockets.refuse();
      eventStreams.refuse();
      await opener.close(settings.drainMs);
      await Promise.all([webSockets.close(), eventStreams.close()]);
      stopListening();
    },
  };
}
