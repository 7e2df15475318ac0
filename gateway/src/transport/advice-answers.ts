/** What a shard says over HTTP of how an app is used, checked before it is believed. */
import type { AppAdvice, SlowQueryReport } from '@rocket/schema';
import { z } from 'zod';

const names = z.array(z.string());
const shape = z.object({
  entity: z.string(),
  equal: names,
  range: names,
  order: z.array(z.object({ field: z.string(), descending: z.boolean() })),
  text: names.exactOptional(),
  json: names.exactOptional(),
});
const remedy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('document'), field: z.string(), property: z.enum(['indexed', 'searchable']) }),
  z.object({ kind: z.literal('sql'), sql: z.string() }),
  z.object({ kind: z.literal('query'), field: z.string(), use: z.literal('search') }),
]);
const advice = z.object({
  since: z.string(),
  suggestions: z.array(
    z.object({
      entity: z.string(),
      rows: z.number(),
      count: z.number(),
      remedy,
      queries: z.array(z.object({ shape, count: z.number(), operations: names })),
    }),
  ),
});
const plan = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plan'), text: z.string() }),
  z.object({ kind: z.literal('unavailable'), reason: z.string() }),
]);
const slowQuery = z.object({
  text: z.string(),
  label: z.string().nullable(),
  count: z.number(),
  meanMs: z.number(),
  worstMs: z.number(),
  lastSeenAt: z.string(),
  plan: plan.nullable(),
});

export function readAdvice(body: unknown): AppAdvice {
  return advice.parse(body);
}

export function readSlowQueries(body: unknown): readonly SlowQueryReport[] {
  return z.array(slowQuery).parse(body);
}
