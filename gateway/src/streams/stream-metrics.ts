import type { Metrics } from '@rocket/platform';

export type Transport = 'websocket' | 'sse';

export interface StreamMetrics {
  opened(transport: Transport): void;
  /** @param code a close code of a WebSocket; of a stream of events the code of the error that ended it, or `complete` */
  closed(transport: Transport, code: number | string): void;
  /** Returns the function to call once it has ended. */
  subscribed(): () => void;
  sent(transport: Transport): void;
}

/** Peers may close with any code above these; a label for each would let them fill our memory. */
const OWN_CODES = new Set([1000, 1001, 1003, 1005, 1006, 1009, 1012, 1013]);
const FIRST_GRAPHQL_CODE = 4400;
const LAST_GRAPHQL_CODE = 4500;

export function createStreamMetrics(metrics: Metrics): StreamMetrics {
  const connections = metrics.gauge({
    name: 'rocket_stream_connections',
    help: 'Open WebSockets and streams of events',
    labelNames: ['transport'],
  });
  const subscriptions = metrics.gauge({
    name: 'rocket_stream_subscriptions',
    help: 'Open subscriptions, over all transports',
  });
  const closes = metrics.counter({
    name: 'rocket_stream_closes_total',
    help: 'Connections that have ended, by transport and by close code, or for streams of events by error code',
    labelNames: ['transport', 'code'],
  });
  const messages = metrics.counter({
    name: 'rocket_stream_messages_total',
    help: 'Messages that were sent and taken, comments and acknowledgements included, by transport',
    labelNames: ['transport'],
  });
  // Bound once: resolving labels for each message costs more than counting.
  const sent = {
    websocket: messages.labels({ transport: 'websocket' }),
    sse: messages.labels({ transport: 'sse' }),
  };
  return {
    opened: (transport) => connections.inc({ transport }),
    closed(transport, code) {
      connections.dec({ transport });
      closes.inc({ transport, code: codeLabel(code) });
    },
    subscribed() {
      subscriptions.inc();
      return () => subscriptions.dec();
    },
    sent: (transport) => sent[transport].inc(),
  };
}

function codeLabel(code: number | string): string {
  if (typeof code === 'string') return code;
  const isOwn = OWN_CODES.has(code) || (code >= FIRST_GRAPHQL_CODE && code <= LAST_GRAPHQL_CODE);
  return isOwn ? String(code) : 'other';
}
