import { scalarType } from '../../values/scalar-type.ts';
import { parseRelationSource } from '../relation-source.ts';
import type { FieldDefinition, RelationDefinition } from '../types.ts';
import { checkJoinTables, checkManyToMany } from './check-join-tables.ts';
import { checkRelationOrder } from './check-relation-order.ts';
import { type CheckContext, type EntityEntry, findEntity, findField, type Located } from './context.ts';

const KEY_TYPES: ReadonlySet<string> = new Set(['uuid', 'int', 'bigint', 'string']);

/** Both ends of every relation, its keys, and what deleting does. */
export function checkRelations(context: CheckContext): void {
  for (const relation of context.parts.relations) checkRelation(context, relation);
  checkJoinTables(context);
}

function checkRelation(context: CheckContext, relation: Located<RelationDefinition>): void {
  const { value, path } = relation;
  const ends = { source: sourceEntity(context, relation), target: targetEntity(context, relation) };
  if (value.type === 'many_to_many') checkManyToMany(context, relation);
  else if (ends.target !== undefined) checkForeignKey(context, relation, { ...ends, target: ends.target });
  checkRelationOrder(context, relation, ends.target);
  checkReferenceSetting(context, relation);
  if (ends.source === undefined || value.source_key === undefined) return;
  const key = ends.source.value.primary_key.field;
  if (value.source_key !== key) {
    const message = `A relation starts at the primary key of its source, which is ${JSON.stringify(key)}`;
    context.faults.error([...path, 'source_key'], message, `Write ${JSON.stringify(key)} or leave it out`);
  }
}

/** Undefined for an entity of another app, and for a fault, which is reported. */
function sourceEntity(
  context: CheckContext,
  { value, path }: Located<RelationDefinition>,
): EntityEntry | undefined {
  const place = [...path, 'source'];
  const source = parseRelationSource(value.source);
  if (source === null) {
    const message = `${JSON.stringify(value.source)} names no entity`;
    context.faults.error(place, message, 'Write "entity", or "app.entity" for an entity of another app');
    return undefined;
  }
  if (source.app === null) return findEntity(context, source.entity, place);
  if (source.app === context.app) {
    const hint = `Write ${JSON.stringify(source.entity)}`;
    context.faults.error(place, `${JSON.stringify(value.source)} is of this app itself`, hint);
    return undefined;
  }
  checkCrossApp(context, { value, path });
  return undefined;
}

function checkCrossApp(context: CheckContext, { value, path }: Located<RelationDefinition>): void {
  if (value.type === 'many_to_many') {
    const hint = 'Declare an entity for the link, with a relation from each side';
    context.faults.error([...path, 'type'], 'A relation to another app cannot be many_to_many', hint);
  }
  if (value.on_delete !== undefined) {
    const message = 'Records of another app are deleted without regard to this relation';
    context.faults.warning([...path, 'on_delete'], message, 'A key whose record is gone reads as null');
  }
}

/** Warns of what the property cannot change. */
function checkReferenceSetting(context: CheckContext, { value, path }: Located<RelationDefinition>): void {
  if (value.check_reference === undefined) return;
  const place = [...path, 'check_reference'];
  if (value.type === 'many_to_many') {
    const message = 'It is about foreign keys, and a many_to_many relation has none';
    context.faults.warning(place, message, 'Leave it out');
  } else if (value.check_reference && value.source.includes('.')) {
    const message = 'Keys of records of another app are not checked when they are written';
    context.faults.warning(place, message, 'A key whose record is gone reads as null');
  }
}

function targetEntity(
  context: CheckContext,
  { value, path }: Located<RelationDefinition>,
): EntityEntry | undefined {
  const place = [...path, 'target'];
  if (!value.target.includes('.')) return findEntity(context, value.target, place);
  const hint = 'Declare the relation in the app that holds the foreign key, with the other app as its source';
  context.faults.error(place, 'The target holds the foreign key and must be an entity of this app', hint);
  return undefined;
}

function checkForeignKey(
  context: CheckContext,
  { value, path }: Located<RelationDefinition>,
  ends: { readonly source: EntityEntry | undefined; readonly target: EntityEntry },
): void {
  const place = [...path, 'target_key'];
  if (value.target_key === undefined) {
    const hint = `Name the field of ${JSON.stringify(value.target)} that holds the key`;
    context.faults.error(place, 'The relation needs a target_key', hint);
    return;
  }
  const field = findField(context, ends.target, { value: value.target_key, path: place });
  if (field === undefined) return;
  if (!KEY_TYPES.has(scalarType(field.type))) {
    context.faults.error(place, `A ${field.type} field cannot hold a key`, 'Use uuid, int, bigint or string');
  } else if (ends.source !== undefined) {
    checkKeyType(context, { value: field, path: place }, ends.source);
  }
  checkSetNull(context, { value, path }, { field, target: ends.target });
}

function checkKeyType(context: CheckContext, field: Located<FieldDefinition>, source: EntityEntry): void {
  const key = source.fields.get(source.value.primary_key.field);
  if (key === undefined || scalarType(key.type) === scalarType(field.value.type)) return;
  const message = `${JSON.stringify(field.value.name)} is ${field.value.type}, but the key of ${JSON.stringify(source.value.name)} is ${key.type}`;
  context.faults.error(field.path, message, `Declare the field as ${key.type}`);
}

function checkSetNull(
  context: CheckContext,
  { value, path }: Located<RelationDefinition>,
  of: { readonly field: FieldDefinition; readonly target: EntityEntry },
): void {
  if (value.on_delete !== 'set_null') return;
  const isKey = of.target.value.primary_key.field === of.field.name;
  if (!isKey && (of.field.required !== true || of.field.nullable === true)) return;
  const message = `${JSON.stringify(of.field.name)} is required and cannot be set to null`;
  const hint = 'Make the field optional, or use "cascade" or "restrict"';
  context.faults.error([...path, 'on_delete'], message, hint);
}
