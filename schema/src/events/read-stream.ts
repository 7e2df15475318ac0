/** Reads what is on the stream. What comes from there may be anybody's, or of a newer version of the product. */
import { z } from 'zod';
import { RocketError } from '../errors.ts';
import { appName, epoch, lsn, revision } from '../ids.ts';
import { parseJson } from '../values/exact-json.ts';
import type { ChangeEvent } from './change-event.ts';
import { type DueDeliveries, due } from './due-deliveries.ts';
import { EVENT_VERSION } from './encode-event.ts';
import type { SentEvent } from './sent-event.ts';
import type { TouchedEvent } from './touched-event.ts';
import { TOLD_EFFECTS, type TransitionEffect } from './transition-effect.ts';
import { beat, closed, opened, probe, type WriterStatement } from './writer-statement.ts';

export type StreamRecord =
  | { readonly kind: 'change'; readonly event: ChangeEvent }
  | { readonly kind: 'effect'; readonly effect: TransitionEffect }
  | { readonly kind: 'sent'; readonly sent: SentEvent }
  | { readonly kind: 'touched'; readonly touched: TouchedEvent }
  | DueDeliveries
  | WriterStatement
  /** `newer`: of a version that this one does not know; `foreign`: nothing of the product's. */
  | { readonly kind: 'unreadable'; readonly fault: 'newer' | 'foreign'; readonly reason: string };

const ID = /^\d{1,19}$/;
const values = z.record(z.string(), z.unknown());

const stored = {
  id: z.string().regex(ID),
  app: z.string().transform(appName),
  epoch: z.number().transform(epoch),
  revision: z.number().transform(revision).optional(),
  depth: z.int().min(0).optional(),
  at: z.string(),
  lsn: z.string().transform(lsn).nullable().default(null),
  omitted: z.boolean().default(false),
};

const ofRecord = {
  ...stored,
  entity: z.string(),
  key: z.string(),
  version: z.int(),
  actor: z.string().nullable(),
};

const change = z.object({
  ...ofRecord,
  op: z.enum(['create', 'update', 'delete']),
  changed: z.array(z.string()),
  caller: z.object({ email: z.string().nullable(), roles: z.array(z.string()) }).optional(),
  record: values.nullable(),
  previous: values.nullable(),
  tags: z.array(z.string()),
});

const effect = z.object({
  ...ofRecord,
  kind: z.literal('effect'),
  effect: z.enum(TOLD_EFFECTS),
  definition: z.json(),
  transition: z.object({ field: z.string(), from: z.string().nullable(), to: z.string() }),
  record: values.nullable(),
});

const touched = z.object({ ...stored, kind: z.literal('touched'), tags: z.array(z.string()) });

const sent = z.object({
  ...stored,
  kind: z.literal('sent'),
  event: z.string(),
  payload: z.unknown(),
  actor: z.string().nullable(),
});

const versioned = z.object({ v: z.int().optional(), kind: z.string().optional() });
const statement = z.discriminatedUnion('kind', [opened, closed, beat, probe, due]);

/** @param payload JSON, as it was published */
export function readStream(payload: string): StreamRecord {
  try {
    const json: unknown = parseJson(payload);
    const { v = EVENT_VERSION, kind } = versioned.parse(json);
    if (v > EVENT_VERSION) return { kind: 'unreadable', fault: 'newer', reason: `version ${v}` };
    if (kind === undefined) return { kind: 'change', event: change.parse(json) };
    if (kind === 'effect') return { kind, effect: effect.parse(json) };
    if (kind === 'sent') return { kind, sent: sent.parse(json) };
    return kind === 'touched' ? { kind, touched: touched.parse(json) } : statement.parse(json);
  } catch (error) {
    return { kind: 'unreadable', fault: 'foreign', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ path }) => path.join('.')).join(', ');
  if (error instanceof SyntaxError || error instanceof RocketError) return error.message;
  throw error;
}
