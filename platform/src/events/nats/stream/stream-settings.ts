import { ALL_SUBJECTS } from '@rocket/schema';
import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type StreamConfig } from 'nats';
import { describeSetting, type SettingDifference } from './setting-difference.ts';

export const STREAM = 'ROCKET_EVENTS';

export interface StreamOptions {
  readonly retentionDays: number;
  readonly replicas: number;
  /** Null is as much as the server has. */
  readonly maxBytes: number | null;
}

const DAY_MS = 24 * 60 * 60_000;
const DUPLICATE_WINDOW_MS = 10 * 60_000;

/** A server cannot change these in a stream that is there. */
const FIXED = { retention: RetentionPolicy.Limits, storage: StorageType.File };

export function changeableSettings(options: StreamOptions) {
  return {
    subjects: [ALL_SUBJECTS],
    // A message leaves at this age, read or not: so long may a consumer be away. Nothing else removes one, as a full
    // stream refuses new messages instead of dropping what nobody has read; it has room again when old ones reach
    // their age.
    max_age: nanos(options.retentionDays * DAY_MS),
    max_bytes: options.maxBytes ?? -1,
    discard: DiscardPolicy.New,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_msg_size: -1,
    num_replicas: options.replicas,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    allow_direct: true,
    no_ack: false,
  } satisfies Partial<StreamConfig>;
}

/** What the stream should be; settings that are not named here are of no account. */
export function wantedStream(options: StreamOptions) {
  return { ...FIXED, ...changeableSettings(options) };
}

export function streamDifferences(there: StreamConfig, options: StreamOptions): SettingDifference[] {
  const wanted = wantedStream(options);
  return (Object.keys(wanted) as (keyof typeof wanted)[])
    .map((setting) => ({
      object: 'stream' as const,
      setting,
      is: describeSetting(setting, there[setting]),
      wanted: describeSetting(setting, wanted[setting]),
      change: Object.hasOwn(FIXED, setting) ? ('needs recreation' as const) : ('online' as const),
    }))
    .filter(({ is, wanted: should }) => is !== should);
}
