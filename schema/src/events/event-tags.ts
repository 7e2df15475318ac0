import type { AppName } from '../ids.ts';
import type { RecordChange, StoredRecord } from './record-change.ts';

/** What follows the name of an entity or a join table in a tag; no such name has one of them. */
const AFTER_TABLE = /[#@]/;

/** A row of a join table, as it is seen from one of the records that it links. */
export interface LinkEnd {
  readonly joinTable: string;
  /** Column of the join table that holds the record's key. */
  readonly column: string;
  readonly key: string;
}

/** The tag of an entity or of a join table, by their names in the document. */
export function tableTag(app: AppName, name: string): string {
  return `${app}.${name}`;
}

/** The tags of the entities and join tables that the tags are of, each once. */
export function tableTags(tags: Iterable<string>): string[] {
  const tables = new Set<string>();
  for (const tag of tags) {
    const end = tag.search(AFTER_TABLE);
    tables.add(end < 0 ? tag : tag.slice(0, end));
  }
  return [...tables];
}

/** What a link that is made or removed touches at one of its ends. */
export function linkTags(app: AppName, { joinTable, column, key }: LinkEnd): string[] {
  const table = tableTag(app, joinTable);
  return [table, valueTag(table, column, key)];
}

/**
 * What a cached answer may depend on that this change touches: the record, its entity, and for each field that lists
 * are usually read by (keys, unique and indexed ones) its old and new value.
 */
export function eventTags(app: AppName, change: RecordChange): string[] {
  const { entity, before, after } = change;
  const name = tableTag(app, entity.name);
  const records = [before, after].filter((record): record is StoredRecord => record !== null);
  const tags = new Set<string>([...records.map(({ key }) => `${name}#${key}`), name]);
  for (const field of entity.fields) {
    if (!field.isForeignKey && !field.unique && !field.indexed) continue;
    for (const { values } of records) {
      const value = values[field.name] ?? null;
      // Nothing is found by an equality with null or with a document.
      if (value !== null && typeof value !== 'object') tags.add(valueTag(name, field.name, value));
    }
  }
  return [...tags];
}

function valueTag(table: string, field: string, value: unknown): string {
  return `${table}@${field}=${String(value)}`;
}
