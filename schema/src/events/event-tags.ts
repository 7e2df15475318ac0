import type { AppName } from '../ids.ts';
import type { RecordChange, StoredRecord } from './record-change.ts';

/**
 * What a cached answer may depend on that this change touches: the record, its entity, and for each field that lists
 * are usually read by (keys, unique and indexed ones) its old and new value.
 */
export function eventTags(app: AppName, change: RecordChange): string[] {
  const { entity, before, after } = change;
  const name = `${app}.${entity.name}`;
  const records = [before, after].filter((record): record is StoredRecord => record !== null);
  const tags = new Set<string>([...records.map(({ key }) => `${name}#${key}`), name]);
  for (const field of entity.fields) {
    if (!field.isForeignKey && !field.unique && !field.indexed) continue;
    for (const { values } of records) {
      const value = values[field.name] ?? null;
      // Nothing is found by an equality with null or with a document.
      if (value !== null && typeof value !== 'object') tags.add(`${name}@${field.name}=${String(value)}`);
    }
  }
  return [...tags];
}
