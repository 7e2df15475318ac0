/**
 * Tags: names of what a change touches, by which answers say what they depend on. Both sides make them here, so that
 * the same thing has the same text on both.
 */
import type { AppName } from '../ids.ts';
import type { EntityModel } from '../model/app-model.ts';
import type { FieldModel, ScalarType } from '../model/field-model.ts';
import { uuidText } from '../values/uuid.ts';
import type { RecordChange, StoredRecord } from './record-change.ts';

/** Tags that differ in the value that follows their prefix. Whatever has one of them has the tag `of`, too. */
export interface TagKind {
  readonly of: string;
  readonly prefix: string;
}

/** What tags need to know of an entity. */
type Tagged = Pick<EntityModel, 'app' | 'name'>;

/**
 * Types whose equal values have the same text, however they were given. Not those of which Postgres finds `1.0` by `1`,
 * or one instant by several texts.
 */
const TAGGED_TYPES: ReadonlySet<ScalarType> = new Set<ScalarType>(['string', 'uuid', 'int', 'bigint']);
const INTEGER = /^-?\d{1,19}$/;

/** What follows the name of an entity or a join table in a tag; no such name has one of them. */
const AFTER_TABLE = /[#@]/;

/** A row of a join table, as it is seen from one of the records that it links. */
export interface LinkEnd {
  readonly joinTable: string;
  /** Column of the join table that holds the record's key. */
  readonly column: string;
  readonly key: string;
}

/** The tag of every change of an entity or of a join table, by their names in the document. */
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

/**
 * Stands for all tags of the entity or join table that a tag or its prefix is of. Every answer that has one of them has
 * it, but a change only when it cannot name all of its tags: a table's own tag comes with each change of a record.
 */
export function wholeTableTag(tag: string): string {
  return `${tableTags([tag]).join()}*`;
}

/** The tag of every change of a record of this entity. */
export function entityTag({ app, name }: Tagged): string {
  return tableTag(app, name);
}

/**
 * Tags of the records in which a field has a value, before or after the change; null for a field that has no tags,
 * which are those that lists are rarely read by.
 */
export function fieldTags(entity: Tagged, field: FieldModel): TagKind | null {
  if (!TAGGED_TYPES.has(field.type)) return null;
  if (field.isPrimaryKey) return recordTags(entity);
  return isReadBy(field) ? namedTags(entity, field) : null;
}

/** Tags of the rows of a join table in which a column has a value. */
export function joinTags(
  app: AppName,
  { joinTable, column }: { joinTable: string; column: string },
): TagKind {
  const of = tableTag(app, joinTable);
  return { of, prefix: `${of}@${column}=` };
}

/** Text of a value in tags; null when it has no text that is the same for every equal value. */
export function tagText({ type }: Pick<FieldModel, 'type'>, value: unknown): string | null {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : null;
    case 'uuid':
      return uuidText(value);
    case 'int':
    case 'bigint': {
      const text = String(value);
      return INTEGER.test(text) ? String(BigInt(text)) : null;
    }
    default:
      return null;
  }
}

/**
 * What a cached answer may depend on that this change touches: the record, its entity, and for each field that lists
 * are usually read by (keys, unique and indexed ones) its old and new value.
 */
export function eventTags({ entity, before, after }: RecordChange): string[] {
  const records = [before, after].filter((record): record is StoredRecord => record !== null);
  const own = recordTags(entity);
  const tags = new Set<string>([...records.map(({ key }) => own.prefix + key), own.of]);
  for (const field of entity.fields) {
    if (!isReadBy(field) || !TAGGED_TYPES.has(field.type)) continue;
    const { prefix } = namedTags(entity, field);
    for (const { values } of records) {
      const value = values[field.name] ?? null;
      if (value !== null) tags.add(prefix + (tagText(field, value) ?? String(value)));
    }
  }
  return [...tags];
}

/** What a change of a row of a join table touches. @param link with the key in one of the two columns, as it is stored */
export function linkTags(app: AppName, link: LinkEnd): string[] {
  const { of, prefix } = joinTags(app, link);
  return [of, prefix + link.key];
}

function recordTags(entity: Tagged): TagKind {
  const of = entityTag(entity);
  return { of, prefix: `${of}#` };
}

function namedTags(entity: Tagged, { name }: FieldModel): TagKind {
  const of = entityTag(entity);
  return { of, prefix: `${of}@${name}=` };
}

function isReadBy(field: FieldModel): boolean {
  return field.isForeignKey || field.unique || field.indexed;
}
