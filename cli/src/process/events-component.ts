import {
  type Component,
  type Config,
  createInProcessBus,
  type EventBus,
  type Logger,
  openNatsBus,
} from '@rocket/platform';
import type { Late } from './late.ts';

/** Opens the event bus that all parts of the process share: on NATS where it is configured, else within the process. */
export function eventsComponent(options: {
  bus: Late<EventBus>;
  config: Config;
  logger: Logger;
  /** What the monitoring of NATS calls the process. */
  name: string;
}): Component {
  const { bus, config, logger, name } = options;
  return {
    name: 'events',
    async start() {
      bus.set(
        config.natsUrls.length === 0
          ? createInProcessBus({ logger })
          : await openNatsBus({ ...natsSettings(config), logger, name }),
      );
    },
    stop: () => bus.get().close(),
  };
}

function natsSettings(config: Config) {
  return {
    servers: config.natsUrls,
    credsFile: config.natsCreds,
    caFile: config.natsCa,
    certFile: config.natsCert,
    keyFile: config.natsKey,
    stream: {
      retentionDays: config.eventsRetentionDays,
      replicas: config.eventsReplicas,
      maxBytes: config.eventsMaxBytes,
    },
  };
}
