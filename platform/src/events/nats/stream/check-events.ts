import { connect, type JetStreamManager } from 'nats';
import { cleaningUp } from '../../../lifecycle/clean-up.ts';
import { describeFailure, nullIfMissing, unavailable } from '../nats-errors.ts';
import { connectionOptions, type NatsOptions } from '../nats-options.ts';
import { type ConsumerOptions, consumerDifferences, wantedConsumer } from './consumer-settings.ts';
import { ensureConsumer, ensureStream } from './ensure.ts';
import { missing, type SettingDifference } from './setting-difference.ts';
import { changeableSettings, STREAM, streamDifferences } from './stream-settings.ts';

export interface EventsCheckOptions extends NatsOptions {
  readonly consumers: readonly ConsumerOptions[];
}

/**
 * What of the stream and the consumers is not as this version wants it. Changes nothing.
 * @throws RocketError `EVENTS_UNAVAILABLE`
 */
export function checkEvents(options: EventsCheckOptions): Promise<readonly SettingDifference[]> {
  return withManager(options, (manager) => differences(manager, options));
}

/**
 * Makes what is missing and changes what a running server can change.
 * @returns what still differs
 * @throws RocketError `EVENTS_UNAVAILABLE`, also when the server refuses a change
 */
export function applyEvents(options: EventsCheckOptions): Promise<readonly SettingDifference[]> {
  return withManager(options, async (manager) => {
    const { logger, stream, consumers } = options;
    const found = (await differences(manager, options)).filter(({ change }) => change === 'online');
    if (found.some(({ object }) => object === 'stream')) {
      await ensureStream(manager, stream, logger);
      await manager.streams.update(STREAM, changeableSettings(stream));
    }
    for (const consumer of consumers) {
      const mine = found.filter(({ object }) => object === `consumer ${consumer.name}`);
      if (mine.some(({ setting }) => setting === 'exists')) await ensureConsumer(manager, consumer, logger);
      else if (mine.length > 0) {
        const { ack_wait, max_deliver, max_ack_pending } = wantedConsumer(consumer);
        await manager.consumers.update(STREAM, consumer.name, { ack_wait, max_deliver, max_ack_pending });
      }
    }
    return await differences(manager, options);
  });
}

async function differences(
  manager: JetStreamManager,
  { stream, consumers }: EventsCheckOptions,
): Promise<SettingDifference[]> {
  const info = await nullIfMissing('stream', manager.streams.info(STREAM));
  // Without the stream there are no consumers either.
  if (info === null) return [missing('stream'), ...consumers.map(({ name }) => missing(`consumer ${name}`))];
  const found = streamDifferences(info.config, stream);
  for (const consumer of consumers) {
    const there = await nullIfMissing('consumer', manager.consumers.info(STREAM, consumer.name));
    if (there === null) found.push(missing(`consumer ${consumer.name}`));
    else found.push(...consumerDifferences(there.config, consumer));
  }
  return found;
}

async function withManager<T>(
  options: NatsOptions,
  work: (manager: JetStreamManager) => Promise<T>,
): Promise<T> {
  const settings = await connectionOptions(options);
  try {
    const connection = await connect(settings);
    return await cleaningUp(
      async () => work(await connection.jetstreamManager({ checkAPI: false })),
      () => connection.close(),
    );
  } catch (error) {
    throw unavailable(describeFailure(error), error);
  }
}
