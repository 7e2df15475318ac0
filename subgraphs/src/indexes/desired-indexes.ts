/** The indexes that a model needs: one for each way in which the API itself finds and orders records. */
import {
  type AppModel,
  DELETED_AT_COLUMN,
  documentEntities,
  type EntityModel,
  type FieldModel,
  type JoinTableModel,
  MAX_INDEX_ENTRY_BYTES,
  maxTextBytes,
  type ToManyLink,
} from '@rocket/schema';
import { searchVectorSql } from '../sql/search-sql.ts';
import { type IndexNamer, nameHash } from './index-names.ts';

export interface DesiredIndex {
  readonly name: string;
  readonly place: string;
  /** Empty when it is over an expression. */
  readonly columns: readonly string[];
  /** The columns that are sorted in descending order. */
  readonly descending: readonly string[];
  readonly expression: string | null;
  readonly isUnique: boolean;
  readonly method: 'btree' | 'gin';
  /** True when the index covers only rows that are not deleted. */
  readonly liveRowsOnly: boolean;
}

const PLAIN = {
  descending: [],
  expression: null,
  isUnique: false,
  method: 'btree',
  liveRowsOnly: false,
} as const;

/** Most bytes of a value that is not a text. */
const OTHER_BYTES = 16;

export interface IndexKey {
  readonly field: FieldModel;
  readonly descending: boolean;
}

export function entityIndexes(model: AppModel, entity: EntityModel, name: IndexNamer): DesiredIndex[] {
  const indexes = [
    ...entity.fields.flatMap((field) => fieldIndex(entity, field, name)),
    ...listsOf(model, entity).flatMap((link) => listIndex(entity, link, name)),
    ...searchIndex(entity, name),
    ...liveIndex(entity, name),
  ];
  return indexes.filter((index, at) => indexes.findIndex((other) => isSame(index, other)) === at);
}

/**
 * The primary key has its own index. Indexes of foreign keys and other fields end with the key, by which their lists
 * are ordered.
 */
function fieldIndex(entity: EntityModel, field: FieldModel, name: IndexNamer): DesiredIndex[] {
  if (field.isPrimaryKey || !(field.unique || field.isForeignKey || field.indexed)) return [];
  const at = { place: `${entity.name}.${field.name}` };
  if (field.unique) {
    const unique = { ...at, name: name('ux', entity.table, field.name), columns: [field.name] };
    return [{ ...PLAIN, ...unique, isUnique: true }];
  }
  const own = { ...at, name: name('ix', entity.table, field.name) };
  // JSON values are searched by what they contain, and can be larger than a btree entry may be.
  if (field.type === 'json') return [{ ...PLAIN, ...own, columns: [field.name], method: 'gin' }];
  const keys = [field, entity.primaryKey].map((each) => ({ field: each, descending: false }));
  return [{ ...PLAIN, ...own, ...columnsOf(fitting(keys)) }];
}

/** Links that lead to lists of this entity's records, from entities of this or another app. */
function listsOf(model: AppModel, entity: EntityModel): ToManyLink[] {
  const own = documentEntities(model).flatMap(({ links }) => links);
  const links = [...own, ...model.contributions.map(({ link }) => link)];
  return links.filter(
    (link): link is ToManyLink =>
      link.kind === 'to_many' && link.target.app === model.app && link.target.entity === entity.name,
  );
}

/**
 * An index for the order that the document gives a list. It has the keys by which reads sort: the primary key comes
 * last, once.
 */
function listIndex(entity: EntityModel, link: ToManyLink, name: IndexNamer): DesiredIndex[] {
  const holder = entity.fieldByName.get(link.targetField);
  if (holder === undefined || link.defaultOrder.length === 0) return [];
  // Reads append the key with the direction of the sort key before it.
  const descending = link.defaultOrder.at(-1)?.descending ?? false;
  const key = { field: entity.primaryKey, descending };
  const order = [...link.defaultOrder, key].filter(({ field }) => field !== holder);
  const end = order.findIndex(({ field }) => field === entity.primaryKey);
  // The foreign key's own index serves the order by the key alone, in either direction.
  if (end === 0) return [];
  const keys = fitting([{ field: holder, descending: false }, ...order.slice(0, end + 1)]);
  const ordered = keys.slice(1, end + 1);
  if (ordered.length === 0) return [];
  const part = [holder, ...ordered.map(({ field }) => field)].map((field) => field.name).join('_');
  const place = `${entity.name}.${holder.name}`;
  return [{ ...PLAIN, name: name('ix', entity.table, part), place, ...columnsOf(keys) }];
}

function searchIndex(entity: EntityModel, name: IndexNamer): DesiredIndex[] {
  const fields = entity.fields.filter((field) => field.searchable);
  if (fields.length === 0) return [];
  const expression = searchVectorSql(fields, null);
  const place = fields.map((field) => `${entity.name}.${field.name}`).join(', ');
  return [
    {
      ...PLAIN,
      // Postgres prints an expression in a form of its own, so the name has to show whether it is still the same.
      name: name('ix', entity.table, `search_${nameHash(expression)}`),
      place,
      columns: [],
      expression,
      method: 'gin',
    },
  ];
}

function liveIndex(entity: EntityModel, name: IndexNamer): DesiredIndex[] {
  if (!entity.softDelete) return [];
  return [
    {
      ...PLAIN,
      name: name('ix', entity.table, 'live'),
      place: `${entity.name}.${DELETED_AT_COLUMN}`,
      columns: [entity.primaryKey.name],
      liveRowsOnly: true,
    },
  ];
}

/** The index for the direction that the primary key of a join table does not serve. */
export function joinIndex(join: JoinTableModel, name: IndexNamer): DesiredIndex {
  const { table, sourceColumn, targetColumn } = join;
  const place = `${join.relation}.${targetColumn}`;
  return { ...PLAIN, name: name('ix', table, targetColumn), place, columns: [targetColumn, sourceColumn] };
}

/** The first keys, as many as always fit into an index entry, whatever values are written. */
export function fitting(keys: readonly IndexKey[]): IndexKey[] {
  let bytes = 0;
  const end = keys.findIndex(({ field }) => {
    bytes += maxBytes(field);
    return bytes > MAX_INDEX_ENTRY_BYTES;
  });
  return end === -1 ? [...keys] : keys.slice(0, end);
}

/** Most bytes of a value that the checks of the input allow. */
function maxBytes(field: FieldModel): number {
  if (field.type !== 'string') return OTHER_BYTES;
  const limit = maxTextBytes(field);
  if (limit !== null) return limit;
  if (field.enumValues === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(...field.enumValues.map((value) => Buffer.byteLength(value)));
}

function columnsOf(keys: readonly IndexKey[]): Pick<DesiredIndex, 'columns' | 'descending'> {
  return {
    columns: keys.map(({ field }) => field.name),
    descending: keys.flatMap(({ field, descending }) => (descending ? [field.name] : [])),
  };
}

function isSame(a: DesiredIndex, b: DesiredIndex): boolean {
  return (
    a.columns.join() === b.columns.join() &&
    a.descending.join() === b.descending.join() &&
    a.expression === b.expression &&
    a.isUnique === b.isUnique &&
    a.method === b.method &&
    a.liveRowsOnly === b.liveRowsOnly
  );
}
