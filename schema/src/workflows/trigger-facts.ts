/** What an instance knows of what started it. */
import { z } from 'zod';
import type { TriggerModel } from './workflow-model.ts';

/** JSON, kept with the instance: `trigger` in paths and expressions. What a trigger's kind does not have is null. */
export interface TriggerFacts {
  readonly kind: TriggerModel['kind'];
  readonly entity: string | null;
  readonly record_id: string | null;
  /** By field name, with values as rows have them: after the change, and for a delete the deleted record. */
  readonly record: Readonly<Record<string, unknown>> | null;
  /** The record before an update; for a delete, the deleted record. */
  readonly old: Readonly<Record<string, unknown>> | null;
  readonly action: 'create' | 'update' | 'delete' | null;
  readonly event: string | null;
  /** JSON. */
  readonly payload: unknown;
  /** JSON that a mutation gave. */
  readonly input: unknown;
  /** Who made the change, sent the event or started the instance. */
  readonly user: { readonly id: string | null };
  /** ISO 8601. */
  readonly at: string;
}

/** Facts with null for all that is not given. */
export function triggerFacts(given: Pick<TriggerFacts, 'kind' | 'at'> & Partial<TriggerFacts>): TriggerFacts {
  return {
    entity: null,
    record_id: null,
    record: null,
    old: null,
    action: null,
    event: null,
    payload: null,
    input: null,
    user: { id: null },
    ...given,
  };
}

// JSON is taken as it is: copied, numbers that a double cannot hold would lose what makes them numbers.
const rows = z.record(z.string(), z.unknown()).nullable();
const stored = z.object({
  kind: z.enum([
    'state_change',
    'record_created',
    'record_updated',
    'record_deleted',
    'event',
    'manual',
    'schedule',
  ]),
  entity: z.string().nullable(),
  record_id: z.string().nullable(),
  record: rows,
  old: rows,
  action: z.enum(['create', 'update', 'delete']).nullable(),
  event: z.string().nullable(),
  payload: z.unknown(),
  input: z.unknown(),
  user: z.object({ id: z.string().nullable() }),
  at: z.string(),
});

/** Facts as they are kept with an instance. @throws ZodError for what no version of the engine has written */
export function readTriggerFacts(json: unknown): TriggerFacts {
  return stored.parse(json);
}
