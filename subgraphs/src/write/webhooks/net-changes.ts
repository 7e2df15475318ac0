import type { PlacedChange } from '../write-state.ts';

/**
 * One change for each record, in the order in which they were first changed: from what it was before the write to what it
 * is after it. A write may change a record several times, as when two relations to a deleted record are emptied.
 */
export function netChanges(changes: readonly PlacedChange[]): readonly PlacedChange[] {
  const byRecord = new Map<string, PlacedChange>();
  for (const change of changes) {
    const { entity, before, after } = change;
    const record = `${entity.name} ${(after ?? before).key}`;
    const known = byRecord.get(record);
    byRecord.set(record, known === undefined ? change : joined(known, change));
  }
  return [...byRecord.values()];
}

function joined({ before, path }: PlacedChange, last: PlacedChange): PlacedChange {
  const { entity, after } = last;
  if (after === null) return before === null ? last : { ...last, before };
  return before === null
    ? { entity, operation: 'create', before, after, path }
    : { entity, operation: 'update', before, after, path };
}
