import { RocketError } from '@rocket/schema';
import type { JetStreamManager } from 'nats';
import type { Logger } from '../../../telemetry/logger.ts';
import { isRefusal, nullIfMissing } from '../nats-errors.ts';
import { type ConsumerOptions, consumerDifferences, isForeign, wantedConsumer } from './consumer-settings.ts';
import type { SettingDifference } from './setting-difference.ts';
import { STREAM, type StreamOptions, streamDifferences, wantedStream } from './stream-settings.ts';

/**
 * Makes the stream when it is missing. What differs in one that is there is logged and left as it is. Any number of
 * processes may do this at once.
 */
export async function ensureStream(
  manager: JetStreamManager,
  options: StreamOptions,
  logger: Logger,
): Promise<void> {
  const find = () => nullIfMissing('stream', manager.streams.info(STREAM));
  const make = () => manager.streams.add({ name: STREAM, ...wantedStream(options) });
  const { config } = await findOrMake(find, make);
  warn(streamDifferences(config, options), logger);
}

/** The same for a consumer. @throws RocketError `CONFLICT` when its name is taken by one of another kind */
export async function ensureConsumer(
  manager: JetStreamManager,
  options: ConsumerOptions,
  logger: Logger,
): Promise<void> {
  const find = () => nullIfMissing('consumer', manager.consumers.info(STREAM, options.name));
  const make = () =>
    manager.consumers.add(STREAM, { durable_name: options.name, ...wantedConsumer(options) });
  const { config } = await findOrMake(find, make);
  const differences = consumerDifferences(config, options);
  const foreign = differences.filter(isForeign);
  if (foreign.length > 0) {
    const what = foreign.map(({ setting, is, wanted }) => `${setting} is ${is}, not ${wanted}`).join('; ');
    throw new RocketError('CONFLICT', `Consumer ${options.name} is somebody else's: ${what}`);
  }
  warn(differences, logger);
}

async function findOrMake<T>(find: () => Promise<T | null>, make: () => Promise<T>): Promise<T> {
  const there = await find();
  if (there !== null) return there;
  try {
    return await make();
  } catch (error) {
    // Another process, with other settings, may have made it meanwhile.
    const made = isRefusal(error) ? await find() : null;
    if (made === null) throw error;
    return made;
  }
}

function warn(differences: readonly SettingDifference[], logger: Logger): void {
  if (differences.length > 0) logger.warn({ differences }, 'The event stream has other settings than wanted');
}
