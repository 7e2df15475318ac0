/** SDL of one entity in one graph: its type, enums, filter and order inputs, payload, connection and root fields. */

import { isOrderable } from '../document/values/scalar-type.ts';
import type { EntityModel, FieldModel, LinkModel } from '../model/app-model.ts';
import {
  type EntityNames,
  entityNames,
  enumFilterName,
  enumTypeName,
  type Home,
} from '../naming/graph-names.ts';
import { describe } from './description.ts';
import { linkSdl, listArguments } from './link-sdl.ts';
import { filterTypeName, inputTypeName, outputTypeName } from './scalar-names.ts';

/** Type definitions, and the fields it adds to the root types. */
export interface EntitySdl {
  readonly types: string;
  readonly queries: string;
  readonly mutations: string;
}

/** `links`: those whose target is in the graph. */
export function entitySdl(entity: EntityModel, home: Home, links: readonly LinkModel[]): EntitySdl {
  const names = entityNames({ app: entity.app, entity: entity.name }, home);
  const types = [
    objectType(entity, home, { names, links }),
    ...entity.fields
      .filter((field) => field.enumMembers !== undefined)
      .map((field) => enumSdl(entity, field, home)),
    whereInput(entity, home, names),
    orderByInput(entity, names),
    keyInput(entity, home, names),
    createInput(entity, home, names),
    patchInput(entity, home, names),
    connectionTypes(names),
    payloadType(names),
  ];
  return { types: types.join('\n\n'), queries: queryFields(entity, names), mutations: mutationFields(names) };
}

function objectType(
  entity: EntityModel,
  home: Home,
  of: { names: EntityNames; links: readonly LinkModel[] },
): string {
  const fields = entity.fields.map((field) => {
    const type = outputTypeName(entity, field, home);
    return `${describe(field.description, '  ')}  ${field.graphqlName}: ${type}${field.nullable ? '' : '!'}`;
  });
  const version = `  "Grows by one with every change of the record; give it back as expectedVersion."\n  ${entity.versionGraphqlName}: Int!`;
  const links = of.links.map((link) => linkSdl(link, home, { nullable: false }));
  const key = entity.primaryKey.graphqlName;
  return `${describe(entity.description)}type ${of.names.type} @key(fields: "${key}") {\n${[...fields, version, ...links].join('\n')}\n}`;
}

function enumSdl(entity: EntityModel, field: FieldModel, home: Home): string {
  const members = [...(field.enumMembers?.keys() ?? [])].map((member) => `  ${member}`).join('\n');
  const type = enumTypeName(entity, field, home);
  return [
    `enum ${type} {\n${members}\n}`,
    `input ${enumFilterName(entity, field, home)} {\n  eq: ${type}\n  ne: ${type}\n  in: [${type}!]\n  notIn: [${type}!]\n  isNull: Boolean\n}`,
  ].join('\n\n');
}

function whereInput(entity: EntityModel, home: Home, names: EntityNames): string {
  const fields = entity.fields.map(
    (field) => `  ${field.graphqlName}: ${filterTypeName(entity, field, home)}`,
  );
  const own = names.whereInput;
  return `"Which records; all conditions that are given must hold."\ninput ${own} {\n  AND: [${own}!]\n  OR: [${own}!]\n  NOT: ${own}\n${fields.join('\n')}\n}`;
}

function orderByInput(entity: EntityModel, names: EntityNames): string {
  const fields = entity.fields
    .filter((field) => isOrderable(field.type))
    .map((field) => `  ${field.graphqlName}: SortDirection`);
  return `"One key per element; the list's order is their precedence. Nulls sort as the largest value."\ninput ${names.orderByInput} {\n${fields.join('\n')}\n}`;
}

function keyInput(entity: EntityModel, home: Home, names: EntityNames): string {
  const fields = entity.fields
    .filter((field) => (field.isPrimaryKey || field.unique) && isOrderable(field.type))
    .map((field) => `  ${field.graphqlName}: ${inputTypeName(entity, field, home)}`);
  return `"Exactly one unique key."\ninput ${names.keyInput} {\n${fields.join('\n')}\n}`;
}

/**
 * Required fields are nullable here on purpose: the write pipeline reports all missing ones at once, as data and
 * with their paths, where GraphQL's own check would refuse the request as malformed.
 */
function createInput(entity: EntityModel, home: Home, names: EntityNames): string {
  const fields = entity.fields
    .filter((field) => field.writable)
    .map((field) => inputField(entity, field, home));
  return `input ${names.createInput} {\n${nonEmpty(fields)}\n}`;
}

function patchInput(entity: EntityModel, home: Home, names: EntityNames): string {
  const fields = entity.fields
    .filter((field) => field.writable && !field.isPrimaryKey)
    .map(
      (field) =>
        `${describe(field.description, '  ')}  ${field.graphqlName}: ${inputTypeName(entity, field, home)}`,
    );
  return `"Only the fields that are given change; null empties one."\ninput ${names.patchInput} {\n${nonEmpty(fields)}\n}`;
}

function inputField(entity: EntityModel, field: FieldModel, home: Home): string {
  const derived = entity.slug?.field === field.name && entity.slug.source !== undefined;
  const needed = field.required && field.default === undefined && !derived;
  const text = [field.description, needed ? 'Required.' : undefined]
    .filter((part) => part !== undefined)
    .join(' ');
  return `${describe(text, '  ')}  ${field.graphqlName}: ${inputTypeName(entity, field, home)}`;
}

/** GraphQL has no empty input types; an entity with nothing to write still takes `{}`. */
function nonEmpty(fields: readonly string[]): string {
  return fields.length > 0
    ? fields.join('\n')
    : '  "There is no field to set; leave it out."\n  _unused: Boolean';
}

function connectionTypes(names: EntityNames): string {
  return [
    `type ${names.connectionType} {\n  edges: [${names.edgeType}!]!\n  nodes: [${names.type}!]!\n  pageInfo: PageInfo!\n  "All records that match, not only this page's; counted only when asked for."\n  totalCount: Int!\n}`,
    `type ${names.edgeType} {\n  node: ${names.type}!\n  cursor: String!\n}`,
  ].join('\n\n');
}

function payloadType(names: EntityNames): string {
  return `type ${names.payloadType} {\n  "The record after the change (before it, for a delete); null when it was refused."\n  ${names.one}: ${names.type}\n  "Empty when the change was made."\n  errors: [UserError!]!\n}`;
}

/** Root fields are nullable, so that a failing app nulls its own fields and not the whole answer. */
function queryFields(entity: EntityModel, names: EntityNames): string {
  const { list, connection } = listArguments(names);
  const cap = `At most ${entity.maxPageSize} at a time, which is also the default.`;
  const keyArgument = entity.primaryKey.graphqlName;
  return [
    `  "By key; null when there is none that the caller may see."\n  ${names.one}(${keyArgument}: ID!): ${names.type}`,
    `  "By any one unique key."\n  ${names.byKey}(key: ${names.keyInput}!): ${names.type}`,
    `  ${JSON.stringify(`A list. ${cap}`)}\n  ${names.many}${list}: [${names.type}!]`,
    `  ${JSON.stringify(`Pages with stable cursors. ${cap}`)}\n  ${names.connection}${connection}: ${names.connectionType}`,
  ].join('\n');
}

function mutationFields(names: EntityNames): string {
  return [
    `  ${names.create}(input: ${names.createInput}!): ${names.payloadType}`,
    `  ${names.update}(id: ID!, patch: ${names.patchInput}!, expectedVersion: Int): ${names.payloadType}`,
    `  ${names.delete}(id: ID!, expectedVersion: Int): ${names.payloadType}`,
  ].join('\n');
}
