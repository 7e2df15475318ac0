/**
 * What the answer of a read plan depends on, as far as the plan itself says it. The keys of rows, by which the records
 * below them are found, come with the answer: `key-marks.ts`.
 */
import { entityTag, type Filter, fieldTags, type LinkModel, type SortKey, tagText } from '@rocket/schema';
import type {
  ConnectionPlan,
  EntitiesPlan,
  PagePlan,
  ReadPlan,
  RecordPlan,
  RowSource,
} from '../read-plan.ts';
import { addRelated, addWay, narrowestTags } from './filter-tags.ts';
import { linkTagKinds } from './link-tags.ts';
import { TagSet } from './tag-set.ts';

export function planTags(plans: readonly ReadPlan[]): TagSet {
  const tags = new TagSet();
  for (const plan of plans) addPlan(plan, tags);
  return tags;
}

function addPlan(plan: ReadPlan, tags: TagSet): void {
  switch (plan.kind) {
    case 'record':
      addRoot(plan.source, tags);
      addRecord(plan.record, tags);
      return;
    case 'list':
      addRoot(plan.list.page.source, tags);
      addOrder(plan.list.page, tags);
      addRecord(plan.list.record, tags);
      return;
    case 'connection':
      addRoot(plan.connection.page.source, tags);
      addConnection(plan.connection, tags);
      return;
    case 'aggregate':
      addRoot(plan.aggregate.source, tags);
      return;
    case 'groupBy':
      addRoot(plan.groupBy.source, tags);
      return;
    case 'entities':
      addEntities(plan.entities, tags);
      return;
    default:
      plan satisfies never;
  }
}

function addRoot(source: RowSource, tags: TagSet): void {
  const both: Filter = { kind: 'all', filters: [source.where, source.access] };
  const narrowest = narrowestTags(source.entity, both);
  if (narrowest === null) tags.addWhole(entityTag(source.entity));
  else for (const [kind, value] of narrowest.tags) tags.add(kind, value);
  addConditions(source, tags);
}

/** Records that other apps have are in their own subgraph's answer; here they are only where links start. */
function addEntities({ entity, keys, source, record }: EntitiesPlan, tags: TagSet): void {
  if (source !== null) {
    const key = entity.primaryKey;
    const kind = fieldTags(entity, key);
    for (const value of keys) {
      if (value === null) continue;
      const text = tagText(key, value);
      if (kind === null || text === null) tags.addWhole(entityTag(entity));
      else tags.add(kind, text);
    }
    addConditions(source, tags);
  }
  addRecord(record, tags);
}

function addRecord(record: RecordPlan, tags: TagSet): void {
  for (const field of record.fields) {
    switch (field.kind) {
      case 'constant':
      case 'column':
      case 'version':
      case 'transitions':
      case 'file':
        break;
      case 'reference':
        // Its key is a value of this record.
        addRecord(field.record, tags);
        break;
      case 'record':
        addLinked(field.link, field.source, tags);
        addRecord(field.record, tags);
        break;
      case 'list':
        addLinked(field.link, field.list.page.source, tags);
        addOrder(field.list.page, tags);
        addRecord(field.list.record, tags);
        break;
      case 'connection':
        addLinked(field.link, field.connection.page.source, tags);
        addConnection(field.connection, tags);
        break;
      case 'aggregate':
        addLinked(field.link, field.aggregate.source, tags);
        break;
      default:
        field satisfies never;
    }
  }
}

function addConnection({ page, fields }: ConnectionPlan, tags: TagSet): void {
  addOrder(page, tags);
  for (const field of fields) {
    if (field.kind === 'nodes') addRecord(field.record, tags);
    if (field.kind !== 'edges') continue;
    for (const edge of field.fields) if (edge.kind === 'node') addRecord(edge.record, tags);
  }
}

/** Where no value of the row that a link starts from has tags, every record of its target counts. */
function addLinked(link: LinkModel, source: RowSource, tags: TagSet): void {
  const { byKey, byLinked } = linkTagKinds(link, source.entity);
  if (byKey === null || byLinked === null) tags.addWhole(entityTag(source.entity));
  addConditions(source, tags);
}

function addConditions({ access, where }: RowSource, tags: TagSet): void {
  addRelated(access, tags);
  addRelated(where, tags);
}

function addOrder({ order }: PagePlan, tags: TagSet): void {
  for (const key of order) addSortKey(key, tags);
}

function addSortKey({ via }: SortKey, tags: TagSet): void {
  for (const { link, target, access } of via) {
    addWay(link, target, tags);
    addRelated(access, tags);
  }
}
