import type { Caller, ExpressionVariables, FilterRecord } from '@rocket/schema';

/** A record that is about to be written, as expressions see it. Names of all objects are those of the document. */
export interface JudgedRecord {
  /** As it would be stored. */
  readonly record: FilterRecord;
  /** As it is stored; null for a new one. */
  readonly old: FilterRecord | null;
  readonly action: 'create' | 'update' | 'delete';
}

/** Of a new record everything is null. */
const NOTHING: FilterRecord = Object.freeze(Object.create(null));

/** @param related by the name of a relation */
export function ruleVariables(
  of: { readonly caller: Caller; readonly now: Date },
  { record, old, action }: JudgedRecord,
  related: Readonly<Record<string, unknown>> = NOTHING,
): ExpressionVariables {
  const { userId: id, email, roles } = of.caller;
  return { record, old: old ?? NOTHING, action, user: { id, email, roles }, now: of.now, related };
}
