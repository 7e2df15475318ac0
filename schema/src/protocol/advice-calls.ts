/** What an app's shard can say of how it is used. */
import { z } from 'zod';
import { defineCall, NOTHING } from './define-call.ts';
import type { Message } from './message.ts';

const names = z.array(z.string());

const shapeOrder = z.object({ field: z.string(), descending: z.boolean() });

const shape = z.object({
  entity: z.string(),
  /** Compared with one value: also the foreign key of a list, for each of its parents. */
  equal: names,
  /** Compared with several values, or with the end of a range. */
  range: names,
  /** Of fields of the entity itself. Whole, with the primary key that ends it. */
  order: z.array(shapeOrder),
  /** Compared with a pattern: `like`, `contains`, `startsWith`, `endsWith`. */
  text: names.exactOptional(),
  /** JSON fields that are asked what they contain. */
  json: names.exactOptional(),
});

const countedShape = z.object({
  shape,
  count: z.number(),
  /** Names of some operations that had it. */
  operations: names,
});

const remedy = z.discriminatedUnion('kind', [
  /** A property for a field of the document. */
  z.object({ kind: z.literal('document'), field: z.string(), property: z.enum(['indexed', 'searchable']) }),
  /** For what the document cannot say. Activations leave indexes of other names than their own alone. */
  z.object({ kind: z.literal('sql'), sql: z.string() }),
  /** The query itself asks in a way that no index can serve, and there is a better one. */
  z.object({ kind: z.literal('query'), field: z.string(), use: z.literal('search') }),
]);

const suggestion = z.object({
  entity: z.string(),
  /** Records of the entity, as Postgres estimates them. */
  rows: z.number(),
  count: z.number(),
  remedy,
  queries: z.array(countedShape),
});

const advice = z.object({
  /** Queries are counted from then on, in each process by itself. ISO 8601. */
  since: z.string(),
  /** What is asked most of the largest tables comes first. */
  suggestions: z.array(suggestion),
});

const statement = z.object({
  /** With places for its values, never the values. */
  text: z.string(),
  /** Name of the operation that last ran it; null when it had none. */
  label: z.string().nullable(),
  count: z.number(),
  meanMs: z.number(),
  worstMs: z.number(),
  /** ISO 8601. */
  lastSeenAt: z.string(),
});

const plan = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plan'), text: z.string() }),
  /** In words. */
  z.object({ kind: z.literal('unavailable'), reason: z.string() }),
]);

const slowQuery = statement.extend({ plan: plan.nullable() });

/** How one statement finds and orders the records of one entity. Fields by their names in the document. */
export type QueryShape = Message<typeof shape>;
export type ShapeOrder = Message<typeof shapeOrder>;
/** A shape with how often it came, since the process began. */
export type CountedShape = Message<typeof countedShape>;
export type IndexRemedy = Message<typeof remedy>;
/** Something that no index serves, and what would change that. */
export type IndexSuggestion = Message<typeof suggestion>;
export type AppAdvice = Message<typeof advice>;
export type SlowStatement = Message<typeof statement>;
export type StatementPlan = Message<typeof plan>;
/** A slow statement with its plan, where it was asked for. */
export type SlowQueryReport = Message<typeof slowQuery>;

export const ADVICE_CALLS = {
  advise: defineCall({ path: '/internal/advise', input: NOTHING, answer: advice }),
  slowQueries: defineCall({
    path: '/internal/slow-queries',
    input: z.object({ plans: z.boolean() }),
    answer: z.array(slowQuery),
  }),
};
