/** SDL of one entity in one graph: its type, the inputs and results of reading and changing it, and its root fields. */
import type { EntityModel } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
import {
  type EntityNames,
  entityNames,
  enumFilterName,
  enumTypeName,
  type Home,
} from '../naming/graph-names.ts';
import { aggregateTypes } from './aggregate-sdl.ts';
import { filterInputs } from './filter-inputs.ts';
import { groupByTypes } from './group-by-sdl.ts';
import { type LinkToEntity, linkSdl } from './link-sdl.ts';
import { queryFields } from './query-fields.ts';
import { outputTypeName } from './scalar-names.ts';
import { operatorFields } from './shared-types.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';
import { transitionFields, transitionMutations, transitionTypes } from './write/transition-sdl.ts';
import { mutationFields, payloadType, writeTypes } from './write/write-sdl.ts';

/** Type definitions, and the fields it adds to the root types. */
export interface EntitySdl {
  readonly types: readonly string[];
  readonly queries: readonly string[];
  readonly mutations: readonly string[];
}

/** `links`: those whose target is in the graph. */
export function entitySdl(entity: EntityModel, home: Home, links: readonly LinkToEntity[]): EntitySdl {
  const names = entityNames({ app: entity.app, entity: entity.name }, home);
  const types = [
    objectType(entity, home, { names, links }),
    ...entity.fields
      .filter((field) => field.enumMembers !== undefined)
      .flatMap((field) => enumTypes(entity, field, home)),
    ...filterInputs(entity, home, names),
    ...connectionTypes(names),
    ...aggregateTypes(entity, names),
  ];
  switch (entity.origin) {
    case 'document':
      types.push(...groupByTypes(entity, home, names), ...writeTypes(entity, home, { names, links }));
      types.push(...transitionTypes(entity, home));
      return { types, queries: queryFields(entity, names), mutations: mutations(entity, home, names) };
    case 'engine':
      types.push(...groupByTypes(entity, home, names), payloadType(names));
      return { types, queries: queryFields(entity, names), mutations: [] };
    case 'engine_part':
      return { types, queries: [], mutations: [] };
    default:
      return entity.origin satisfies never;
  }
}

function mutations(entity: EntityModel, home: Home, names: EntityNames): readonly string[] {
  return [...mutationFields(entity, names), ...transitionMutations(entity, home, names)];
}

function objectType(
  entity: EntityModel,
  home: Home,
  of: { names: EntityNames; links: readonly LinkToEntity[] },
): string {
  const fields = entity.fields.map((field) => {
    const type = outputTypeName(entity, field, home);
    return fieldSdl(`${field.graphqlName}: ${type}${field.nullable ? '' : '!'}`, field.description);
  });
  const version = fieldSdl(
    `${entity.versionGraphqlName}: Int!`,
    'Grows by one with every change of the record; give it back as expectedVersion.',
  );
  const links = of.links.map((link) => linkSdl(link, home));
  return typeSdl({
    kind: 'type',
    name: `${of.names.type} @key(fields: "${entity.primaryKey.graphqlName}")`,
    ...(entity.description === undefined ? {} : { description: entity.description }),
    fields: [...fields, version, ...transitionFields(entity, home), ...links],
  });
}

function enumTypes(entity: EntityModel, field: FieldModel, home: Home): readonly string[] {
  const name = enumTypeName(entity, field, home);
  const members = [...(field.enumMembers?.keys() ?? [])].map((member) => fieldSdl(member));
  return [
    typeSdl({ kind: 'enum', name, fields: members }),
    typeSdl({
      kind: 'input',
      name: enumFilterName(entity, field, home),
      fields: operatorFields(name, ['eq', 'ne']),
    }),
  ];
}

function connectionTypes(names: EntityNames): readonly string[] {
  const total = "All records that match, not only this page's; counted only when asked for.";
  return [
    typeSdl({
      kind: 'type',
      name: names.connectionType,
      fields: [
        fieldSdl(`edges: [${names.edgeType}!]!`),
        fieldSdl(`nodes: [${names.type}!]!`, 'The records of the page, without their cursors.'),
        fieldSdl('pageInfo: PageInfo!'),
        fieldSdl('totalCount: Int!', total),
      ],
    }),
    typeSdl({
      kind: 'type',
      name: names.edgeType,
      fields: [
        fieldSdl(`node: ${names.type}!`),
        fieldSdl('cursor: String!', "The record's place in the order."),
      ],
    }),
  ];
}
