/** What the benchmark asks the process of a channel, and its answers. */
import { z } from 'zod';

/**
 * `nats`, `process`: a shard with that bus. `left-out`: a shard whose events stay in the outbox. `bare-nats`,
 * `bare-process`: what carries messages, and nothing else.
 */
export const CHANNEL_NAMES = ['nats', 'process', 'left-out', 'bare-nats', 'bare-process'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

export const channelSettings = z.object({
  CHANNEL: z.enum(CHANNEL_NAMES),
  POSTGRES_URL: z.string(),
  /** Empty where there is none. */
  BENCH_NATS_URL: z.string(),
});
export type ChannelSettings = z.infer<typeof channelSettings>;

const fullSpeedLoad = z.object({
  kind: z.literal('full-speed'),
  seconds: z.number(),
  writers: z.int(),
  eventsPerWrite: z.int(),
});
const steadyLoad = z.object({ kind: z.literal('steady'), seconds: z.number(), perSecond: z.number() });

export const channelLoad = z.discriminatedUnion('kind', [fullSpeedLoad, steadyLoad]);
export type FullSpeedLoad = z.infer<typeof fullSpeedLoad>;
export type SteadyLoad = z.infer<typeof steadyLoad>;
export type ChannelLoad = z.infer<typeof channelLoad>;

export const fullSpeed = z.object({
  writes: z.int(),
  events: z.int(),
  /** Until all of them were published. */
  seconds: z.number(),
  /** The longest that an event was seen to wait; null where none is published. */
  oldestMs: z.number().nullable(),
  statements: z.int().nullable(),
});
export type FullSpeed = z.infer<typeof fullSpeed>;

export const steady = z.object({
  /** The rate that was kept. */
  perSecond: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
});
export type Steady = z.infer<typeof steady>;

/** First `null`, when the channel is open; then one for each load. */
export const channelAnswer = z.object({
  fullSpeed: fullSpeed.nullable(),
  steady: steady.nullable(),
});
export type ChannelAnswer = z.infer<typeof channelAnswer>;
