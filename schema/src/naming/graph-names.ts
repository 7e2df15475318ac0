/**
 * Every name of the generated API. A name is a pure function of (entity, app, home app of the graph): bare in the
 * app's own graph, prefixed with the app elsewhere. SDL and resolvers both take names from here, so they cannot drift.
 */
import type { AppName } from '../ids.ts';
import type { EntityModel, EntityRef, FieldModel, LinkModel } from '../model/app-model.ts';
import { lowerFirst, pascalCase, pluralOf, upperFirst } from './identifiers.ts';

/** The home app of an app graph; null in a named graph, where every name is prefixed. */
export type Home = AppName | null;

/** GraphQL type of an entity: `OrderItem` at home, `EcommerceOrderItem` elsewhere. */
export function typeName(ref: EntityRef, home: Home): string {
  const bare = pascalCase(ref.entity);
  return ref.app === home ? bare : `${pascalCase(ref.app)}${bare}`;
}

/** All root fields and types of one entity in one graph. */
export interface EntityNames {
  readonly type: string;
  /** `customer` and `customers`: also the field of a mutation's payload. */
  readonly one: string;
  readonly many: string;
  readonly byKey: string;
  readonly connection: string;
  readonly create: string;
  readonly update: string;
  readonly delete: string;
  readonly whereInput: string;
  readonly orderByInput: string;
  readonly keyInput: string;
  readonly createInput: string;
  readonly patchInput: string;
  readonly connectionType: string;
  readonly edgeType: string;
  readonly payloadType: string;
}

export function entityNames(ref: EntityRef, home: Home): EntityNames {
  const type = typeName(ref, home);
  const one = lowerFirst(type);
  const many = pluralOf(one);
  return {
    type,
    one,
    many,
    byKey: `${one}By`,
    connection: `${many}Connection`,
    create: `create${type}`,
    update: `update${type}`,
    delete: `delete${type}`,
    whereInput: `${type}Where`,
    orderByInput: `${type}OrderBy`,
    keyInput: `${type}Key`,
    createInput: `${type}CreateInput`,
    patchInput: `${type}Patch`,
    connectionType: `${type}Connection`,
    edgeType: `${type}Edge`,
    payloadType: `${type}Payload`,
  };
}

/** Enum type of a field with an `enum` list: `TicketPriority`. */
export function enumTypeName(entity: EntityModel, field: FieldModel, home: Home): string {
  return `${typeName({ app: entity.app, entity: entity.name }, home)}${upperFirst(field.graphqlName)}`;
}

/** Filter input of such a field: `TicketPriorityFilter`. */
export function enumFilterName(entity: EntityModel, field: FieldModel, home: Home): string {
  return `${enumTypeName(entity, field, home)}Filter`;
}

/** The paged variant beside a to-many field: `ordersConnection`. */
export function linkConnectionName(link: LinkModel): string {
  return `${link.graphqlName}Connection`;
}
