/** How the benchmark talks to its process of receivers: at these paths, beside those of the receivers. */
import { z } from 'zod';

export const SINK_PATHS = {
  count: '/control/count',
  received: '/control/received',
  behave: '/control/behave',
  forget: '/control/forget',
} as const;

/**
 * - `accepts`: it answers 204 at once. What it is sent is counted.
 * - `refuses`: it answers 503 at once.
 * - `silent`: it takes the request, and never answers.
 */
const behaviour = z.enum(['accepts', 'refuses', 'silent']);
export type Behaviour = z.infer<typeof behaviour>;

export const behave = z.object({ path: z.string(), behaviour });

/** Of what was accepted. */
export const sinkCount = z.object({ distinct: z.number(), repeated: z.number() });
export type SinkCount = z.infer<typeof sinkCount>;

const sample = z.object({
  path: z.string(),
  id: z.string(),
  timestamp: z.string(),
  signature: z.string(),
  body: z.string(),
});
/** A request as it came. */
export type Sample = z.infer<typeof sample>;

export const sinkReceived = z.object({
  /** `webhook-id`, and when it came first in Unix time in ms, in this order. */
  arrivals: z.array(z.tuple([z.string(), z.number()])),
  samples: z.array(sample),
});
export type SinkReceived = z.infer<typeof sinkReceived>;
