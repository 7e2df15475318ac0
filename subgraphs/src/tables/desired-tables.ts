/** The tables that a model needs, before anything is known of those that exist. */
import type { AppModel, EntityModel, FieldModel, JoinTableModel } from '@rocket/schema';
import { columnType } from './column-type.ts';
import { createIndexNamer, type IndexNamer } from './index-names.ts';
import { literalSql } from './literal.ts';

/** Counts the writes of a record. */
export const VERSION_COLUMN = '_version';
/** Set when a record of an entity with soft deletion was deleted. */
export const DELETED_AT_COLUMN = 'deleted_at';

export interface DesiredColumn {
  readonly name: string;
  /** Where it comes from, for messages: `customer.email`. */
  readonly place: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly defaultSql: string | null;
  readonly isIdentity: boolean;
}

export interface DesiredIndex {
  readonly name: string;
  readonly place: string;
  readonly columns: readonly string[];
  readonly isUnique: boolean;
  readonly method: 'btree' | 'gin';
  /** Covers only rows that are not deleted. */
  readonly liveRowsOnly: boolean;
}

export interface DesiredTable {
  readonly name: string;
  /** `entity customer` or `join table post_tags`. */
  readonly title: string;
  readonly columns: readonly DesiredColumn[];
  readonly primaryKey: { readonly name: string; readonly columns: readonly string[] };
  readonly indexes: readonly DesiredIndex[];
}

/** Tables of entities in document order, then the join tables. */
export function desiredTables(model: AppModel): DesiredTable[] {
  const entities = [...model.entities.values()];
  const name = createIndexNamer([...entities, ...model.joinTables].map(({ table }) => table));
  return [
    ...entities.map((entity) => entityTable(entity, name)),
    ...model.joinTables.map((join) => joinTable(join, name)),
  ];
}

function entityTable(entity: EntityModel, name: IndexNamer): DesiredTable {
  const { table, primaryKey } = entity;
  return {
    name: table,
    title: `entity ${entity.name}`,
    columns: [...entity.fields.map((field) => fieldColumn(entity, field)), versionColumn(entity)],
    primaryKey: { name: name('pk', table, ''), columns: [primaryKey.name] },
    indexes: [
      ...entity.fields.flatMap((field) => fieldIndex(entity, field, name)),
      ...liveIndex(entity, name),
    ],
  };
}

function fieldColumn(entity: EntityModel, field: FieldModel): DesiredColumn {
  const isKey = field.isPrimaryKey;
  return {
    name: field.name,
    place: `${entity.name}.${field.name}`,
    type: columnType(field),
    nullable: field.nullable,
    defaultSql: isKey && entity.keyGeneration === 'uuid' ? 'gen_random_uuid()' : literalDefault(field),
    isIdentity: isKey && entity.keyGeneration === 'identity',
  };
}

function literalDefault(field: FieldModel): string | null {
  const value = field.default;
  // A generated key has no other source than its generator, and an auto field none but the clock.
  if (value === undefined || value === null || !field.writable) return null;
  return literalSql(field, value);
}

function versionColumn(entity: EntityModel): DesiredColumn {
  return {
    name: VERSION_COLUMN,
    place: `${entity.name}.${VERSION_COLUMN}`,
    type: 'integer',
    nullable: false,
    defaultSql: '1',
    isIdentity: false,
  };
}

/** The primary key has its own index. A foreign key's also holds the key, which orders and pages its list. */
function fieldIndex(entity: EntityModel, field: FieldModel, name: IndexNamer): DesiredIndex[] {
  if (field.isPrimaryKey || !(field.unique || field.isForeignKey || field.indexed)) return [];
  const isForeignKeyList = field.isForeignKey && !field.unique;
  return [
    {
      name: name(field.unique ? 'ux' : 'ix', entity.table, field.name),
      place: `${entity.name}.${field.name}`,
      columns: isForeignKeyList ? [field.name, entity.primaryKey.name] : [field.name],
      isUnique: field.unique,
      // Documents are searched by what they contain, and can be larger than a btree entry may be.
      method: field.type === 'json' && !field.unique ? 'gin' : 'btree',
      liveRowsOnly: false,
    },
  ];
}

function liveIndex(entity: EntityModel, name: IndexNamer): DesiredIndex[] {
  if (!entity.softDelete) return [];
  return [
    {
      name: name('ix', entity.table, 'live'),
      place: `${entity.name}.${DELETED_AT_COLUMN}`,
      columns: [entity.primaryKey.name],
      isUnique: false,
      method: 'btree',
      liveRowsOnly: true,
    },
  ];
}

function joinTable(join: JoinTableModel, name: IndexNamer): DesiredTable {
  const { table, sourceColumn, targetColumn } = join;
  const column = (of: string, key: FieldModel): DesiredColumn => ({
    name: of,
    place: `${join.relation}.${of}`,
    type: columnType(key),
    nullable: false,
    defaultSql: null,
    isIdentity: false,
  });
  return {
    name: table,
    title: `join table ${table}`,
    columns: [column(sourceColumn, join.source.primaryKey), column(targetColumn, join.target.primaryKey)],
    primaryKey: { name: name('pk', table, ''), columns: [sourceColumn, targetColumn] },
    indexes: [
      {
        name: name('ix', table, targetColumn),
        place: `${join.relation}.${targetColumn}`,
        columns: [targetColumn, sourceColumn],
        isUnique: false,
        method: 'btree',
        liveRowsOnly: false,
      },
    ],
  };
}
