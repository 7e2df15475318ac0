/** What a filter says of the changes that can matter to it. */
import {
  type EntityModel,
  entityTag,
  type FieldModel,
  type Filter,
  fieldTags,
  type LinkModel,
  type TagKind,
  tableTag,
  tagText,
} from '@rocket/schema';
import { MAX_VALUES, type TagSet } from './tag-set.ts';

/** Tags of which every record that a filter finds has at least one. */
export interface RecordTags {
  readonly tags: readonly (readonly [TagKind, string])[];
  /** How many records each of them may have: the lower, the fewer. */
  readonly rank: number;
}

/**
 * The tags that narrow a filter down most; null when its records have nothing in common. A record that comes in or goes
 * out has one of them before or after its change, so nothing else can change what the filter finds.
 */
export function narrowestTags(entity: EntityModel, filter: Filter): RecordTags | null {
  switch (filter.kind) {
    case 'compare':
      return filter.operator === 'eq' ? valueTags(entity, filter.field, [filter.value]) : null;
    case 'in':
      return filter.negated ? null : valueTags(entity, filter.field, filter.values);
    case 'all':
      return narrowestOf(filter.filters.map((part) => narrowestTags(entity, part)));
    case 'any':
      return unionOf(filter.filters.map((part) => narrowestTags(entity, part)));
    case 'not':
    case 'isNull':
    case 'text':
    case 'jsonContains':
    case 'jsonHasKey':
    case 'jsonPath':
    case 'jsonPathIsNull':
    case 'search':
    case 'relation':
      return null;
    default:
      return filter satisfies never;
  }
}

/** Other records may decide whether a filter finds one: those that its relations lead to, anywhere in it. */
export function addRelated(filter: Filter, tags: TagSet): void {
  switch (filter.kind) {
    case 'all':
    case 'any':
      for (const part of filter.filters) addRelated(part, tags);
      return;
    case 'not':
      addRelated(filter.filter, tags);
      return;
    case 'relation':
      addWay(filter.link, filter.target, tags);
      addRelated(filter.access, tags);
      addRelated(filter.filter, tags);
      return;
    case 'compare':
    case 'in':
    case 'isNull':
    case 'text':
    case 'jsonContains':
    case 'jsonHasKey':
    case 'jsonPath':
    case 'jsonPathIsNull':
    case 'search':
      return;
    default:
      filter satisfies never;
  }
}

/** Every record and row that a link could lead by. */
export function addWay(link: LinkModel, target: EntityModel, tags: TagSet): void {
  tags.addWhole(entityTag(target));
  if (link.kind === 'many_to_many') tags.addWhole(tableTag(target.app, link.joinTable));
}

function valueTags(
  entity: EntityModel,
  field: FieldModel,
  values: Extract<Filter, { kind: 'in' }>['values'],
): RecordTags | null {
  const kind = fieldTags(entity, field);
  if (kind === null || values.length > MAX_VALUES) return null;
  const tags: [TagKind, string][] = [];
  for (const value of values) {
    const text = tagText(field, value);
    if (text === null) return null;
    tags.push([kind, text]);
  }
  return { tags, rank: rankOf(field) };
}

function rankOf(field: FieldModel): number {
  if (field.isPrimaryKey) return 0;
  if (field.unique) return 1;
  return field.isForeignKey ? 2 : 3;
}

function narrowestOf(parts: readonly (RecordTags | null)[]): RecordTags | null {
  let best: RecordTags | null = null;
  for (const part of parts) if (part !== null && (best === null || isNarrower(part, best))) best = part;
  return best;
}

function isNarrower(a: RecordTags, b: RecordTags): boolean {
  return a.rank === b.rank ? a.tags.length < b.tags.length : a.rank < b.rank;
}

/** Of no parts: no record is ever found, so that nothing matters. */
function unionOf(parts: readonly (RecordTags | null)[]): RecordTags | null {
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  const tags = known.flatMap((part) => part.tags);
  return tags.length > MAX_VALUES ? null : { tags, rank: Math.max(0, ...known.map(({ rank }) => rank)) };
}
