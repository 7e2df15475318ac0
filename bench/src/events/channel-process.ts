/** The process of one channel. It is told by messages what to measure, and ends with its parent. */
import { createInProcessBus, createLogger, type NatsOptions, openNatsBus } from '@rocket/platform';
import { openBareNats, openBareProcess, payloadsOf } from './bare-channels.ts';
import type { Channel } from './channel.ts';
import {
  type ChannelAnswer,
  type ChannelSettings,
  channelLoad,
  channelSettings,
} from './channel-messages.ts';
import { measureFullSpeed, measureSteady } from './measure-channel.ts';
import { openShardChannel } from './shard-channel.ts';
import { createUnpublishedBus } from './unpublished-bus.ts';

const logger = createLogger({ level: 'error', name: 'bench' });

async function open({ CHANNEL: name, POSTGRES_URL, BENCH_NATS_URL }: ChannelSettings): Promise<Channel> {
  const postgresUrl = POSTGRES_URL;
  switch (name) {
    case 'nats': {
      const options = natsOptions(BENCH_NATS_URL);
      const [bus, followed] = [await openNatsBus(options), await openNatsBus(options)];
      return await openShardChannel({ name, postgresUrl, bus, followed });
    }
    case 'process': {
      const bus = createInProcessBus({ logger });
      return await openShardChannel({ name, postgresUrl, bus, followed: bus });
    }
    case 'left-out': {
      const bus = createUnpublishedBus(logger);
      return await openShardChannel({ name, postgresUrl, bus, followed: bus });
    }
    case 'bare-nats': {
      const product = await openNatsBus(natsOptions(BENCH_NATS_URL));
      const payloads = await payloadsOf(product);
      await product.close();
      return await openBareNats(BENCH_NATS_URL, payloads);
    }
    case 'bare-process':
      return openBareProcess();
    default:
      return name satisfies never;
  }
}

function natsOptions(url: string): NatsOptions {
  const plain = { credsFile: null, caFile: null, certFile: null, keyFile: null };
  return {
    ...plain,
    logger,
    name: 'bench',
    servers: [url],
    stream: { retentionDays: 7, replicas: 1, maxBytes: null },
  };
}

async function measured(channel: Channel, message: unknown): Promise<ChannelAnswer> {
  const load = channelLoad.parse(message);
  return load.kind === 'full-speed'
    ? { fullSpeed: await measureFullSpeed(channel, load), steady: null }
    : { fullSpeed: null, steady: await measureSteady(channel, load) };
}

const channel = await open(channelSettings.parse(process.env));
process.on('message', (message) => {
  // A rejection ends the process, which its parent notices.
  void measured(channel, message).then((answer) => process.send?.(answer));
});
// In order, so that `--cpu-prof` of the parent, which is handed down, writes its file.
for (const end of ['disconnect', 'SIGTERM']) process.once(end, () => process.exit());
process.send?.({ fullSpeed: null, steady: null } satisfies ChannelAnswer);
