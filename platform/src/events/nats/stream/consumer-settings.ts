import { AckPolicy, type ConsumerConfig, DeliverPolicy, nanos, ReplayPolicy } from 'nats';
import type { ConsumeOptions } from '../../event-bus.ts';
import { describeSetting, type SettingDifference } from './setting-difference.ts';

export type ConsumerOptions = Pick<ConsumeOptions, 'name' | 'subject' | 'ackWaitMs'>;

/**
 * Messages that are held by handlers or wait to come back, in all processes together; more are not given out. Many, so that
 * those of one app that cannot be handled keep none from others.
 */
const MAX_ACK_PENDING = 200_000;

/** Those that a server cannot change in a consumer that is there. */
const FIXED = new Set<string>([
  'filter_subject',
  'ack_policy',
  'deliver_policy',
  'replay_policy',
  'deliver_subject',
]);
/** With another one of these it is somebody else's consumer. */
const IDENTITY = new Set<string>(['filter_subject', 'ack_policy', 'deliver_subject']);

export function wantedConsumer(options: ConsumerOptions) {
  return {
    filter_subject: options.subject,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: nanos(options.ackWaitMs),
    // After so many a server just stops; the bus itself counts, and puts messages aside.
    max_deliver: -1,
    max_ack_pending: MAX_ACK_PENDING,
  } satisfies Partial<ConsumerConfig>;
}

export function consumerDifferences(there: ConsumerConfig, options: ConsumerOptions): SettingDifference[] {
  const wanted: Partial<ConsumerConfig> = wantedConsumer(options);
  const settings = [...Object.keys(wanted), 'deliver_subject'] as (keyof ConsumerConfig)[];
  return settings
    .map((setting) => ({
      object: `consumer ${options.name}` as const,
      setting,
      is: describeSetting(setting, there[setting]),
      wanted: describeSetting(setting, wanted[setting]),
      change: FIXED.has(setting) ? ('needs recreation' as const) : ('online' as const),
    }))
    .filter(({ is, wanted: should }) => is !== should);
}

/** Whether the consumer that is there is of another kind, so that it must not be used. */
export function isForeign({ setting }: SettingDifference): boolean {
  return IDENTITY.has(setting);
}
