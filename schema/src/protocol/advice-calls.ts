/** Calls that report how an app is used, and what would make it faster. */
import { z } from 'zod';
import { defineCall, NOTHING } from './define-call.ts';
import type { Message } from './message.ts';

const names = z.array(z.string());

const shapeOrder = z.object({ field: z.string(), descending: z.boolean() });

const shape = z.object({
  entity: z.string(),
  /** Fields compared with one value, including the foreign key of a list, for each of its parents. */
  equal: names,
  /** Fields compared with several values, or with the bounds of a range. */
  range: names,
  /** The whole order, by fields of the entity itself, including the primary key at its end. */
  order: z.array(shapeOrder),
  /** Fields compared with a pattern: `like`, `contains`, `startsWith`, `endsWith`. */
  text: names.exactOptional(),
  /** JSON fields in conditions on what they contain. */
  json: names.exactOptional(),
});

const countedShape = z.object({
  shape,
  count: z.number(),
  /** Names of some operations that had this shape. */
  operations: names,
});

const remedy = z.discriminatedUnion('kind', [
  /** Add a property to a field of the document. */
  z.object({ kind: z.literal('document'), field: z.string(), property: z.enum(['indexed', 'searchable']) }),
  /** For an index that a document cannot describe. Activations leave alone the indexes that they did not name. */
  z.object({ kind: z.literal('sql'), sql: z.string() }),
  /** No index can serve the query as it is written, but there is a better way to write it. */
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
  /** Start of the count of queries, which each process keeps for itself. ISO 8601. */
  since: z.string(),
  /** The most frequent queries of the largest tables come first. */
  suggestions: z.array(suggestion),
});

const statement = z.object({
  /** SQL with placeholders, never with the values. */
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
  /** `reason` is a sentence for people. */
  z.object({ kind: z.literal('unavailable'), reason: z.string() }),
]);

const slowQuery = statement.extend({ plan: plan.nullable() });

/** How one statement finds and orders the records of one entity. Fields by their names in the document. */
export type QueryShape = Message<typeof shape>;
export type ShapeOrder = Message<typeof shapeOrder>;
/** A shape with the number of its statements since the process started. */
export type CountedShape = Message<typeof countedShape>;
export type IndexRemedy = Message<typeof remedy>;
/** A query shape that no index serves, and what would change that. */
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
