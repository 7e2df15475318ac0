import type { Config, NatsOptions } from '@rocket/platform';

/** How NATS is reached, and what the stream should be, by the settings. */
export function natsOptions(config: Config): Omit<NatsOptions, 'logger' | 'name'> {
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
