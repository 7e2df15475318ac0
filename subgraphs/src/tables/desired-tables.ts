/** The tables that a model needs, independent of those that exist. */
import {
  type AppModel,
  documentEntities,
  type EntityModel,
  type FieldModel,
  type JoinTableModel,
  RocketError,
  textProblem,
  VERSION_COLUMN,
} from '@rocket/schema';
import { type DesiredIndex, entityIndexes, joinIndex } from '../indexes/desired-indexes.ts';
import { createIndexNamer, type IndexNamer } from '../indexes/index-names.ts';
import { literalText } from '../sql/literal-text.ts';
import { columnType } from './column-type.ts';

export interface DesiredColumn {
  readonly name: string;
  /** Where the column comes from, for messages: `customer.email`. */
  readonly place: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly defaultSql: string | null;
  readonly isIdentity: boolean;
}

export interface DesiredTable {
  readonly name: string;
  /** `entity customer` or `join table post_tags`. */
  readonly title: string;
  readonly columns: readonly DesiredColumn[];
  readonly primaryKey: { readonly name: string; readonly columns: readonly string[] };
  readonly indexes: readonly DesiredIndex[];
}

/** Tables of the document's entities in its order, then the join tables. Those of the engine are there anyway. */
export function desiredTables(model: AppModel): DesiredTable[] {
  const entities = documentEntities(model);
  const name = createIndexNamer([...entities, ...model.joinTables].map(({ table }) => table));
  return [
    ...entities.map((entity) => entityTable(model, entity, name)),
    ...model.joinTables.map((join) => joinTable(join, name)),
  ];
}

function entityTable(model: AppModel, entity: EntityModel, name: IndexNamer): DesiredTable {
  const { table, primaryKey } = entity;
  return {
    name: table,
    title: `entity ${entity.name}`,
    columns: [...entity.fields.map((field) => fieldColumn(entity, field)), versionColumn(entity)],
    primaryKey: { name: name('pk', table, ''), columns: [primaryKey.name] },
    indexes: entityIndexes(model, entity, name),
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

/** @throws RocketError `DOCUMENT_INVALID` for a NUL, which Postgres cannot store */
function literalDefault(field: FieldModel): string | null {
  const value = field.default;
  // A generated key gets its values only from its generator, and an automatic field only from the clock.
  if (value === undefined || value === null || !field.writable) return null;
  const isJson = field.type === 'json' || field.type === 'file';
  const text = isJson ? JSON.stringify(value) : String(value);
  if (textProblem(text) === 'nul')
    throw new RocketError('DOCUMENT_INVALID', 'A default value contains a NUL character');
  // Values cannot be bound in DDL.
  return `${literalText(text)}::${columnType(field)}`;
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
    indexes: [joinIndex(join, name)],
  };
}
