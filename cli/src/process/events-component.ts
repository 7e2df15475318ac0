import {
  type Component,
  type Config,
  createInProcessBus,
  type EventBus,
  type Logger,
  openNatsBus,
} from '@rocket/platform';
import type { Late } from './late.ts';
import { natsOptions } from './nats-options.ts';

/** Opens the event bus that all parts of the process share: on NATS where it is configured, else within the process. */
export function eventsComponent(options: {
  bus: Late<EventBus>;
  config: Config;
  logger: Logger;
  /** What the monitoring of NATS calls the process. */
  name: string;
  /**
   * Those who consume in this process, for which it keeps events until they are done; without NATS nobody else can.
   * Events would be kept for ever for one that does not.
   */
  durableConsumers?: readonly string[];
}): Component {
  const { bus, config, logger, name, durableConsumers = [] } = options;
  return {
    name: 'events',
    async start() {
      bus.set(
        config.natsUrls.length === 0
          ? createInProcessBus({ logger, durableConsumers })
          : await openNatsBus({ ...natsOptions(config), logger, name }),
      );
    },
    stop: () => bus.get().close(),
  };
}
