/**
 * Every name of the generated API. A name is a pure function of (entity, app, home app of the graph): bare in the
 * app's own graph, prefixed with the app elsewhere. SDL and resolvers both take names from here, so they cannot drift.
 */
import type { AppName } from '../ids.ts';
import type { EntityModel, EntityRef } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
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
  readonly aggregate: string;
  readonly groupBy: string;
  readonly create: string;
  readonly update: string;
  readonly delete: string;
  /** Only where deletion is soft. */
  readonly restore: string;
  readonly changeType: string;
  /** The record as it was before a change. */
  readonly previousType: string;
  readonly whereInput: string;
  readonly orderByInput: string;
  /** A filter on a list of such records: some, every, none of them. */
  readonly toManyFilterInput: string;
  /** Enum of the fields that have an order. */
  readonly fieldNameEnum: string;
  readonly keyInput: string;
  readonly createInput: string;
  readonly patchInput: string;
  readonly connectionType: string;
  readonly edgeType: string;
  readonly payloadType: string;
  readonly aggregateTypes: AggregateNames;
  readonly groupByTypes: GroupByNames;
}

/** Types of the aggregates of an entity. */
export interface AggregateNames {
  readonly all: string;
  readonly countDistinct: string;
  readonly sum: string;
  readonly avg: string;
  /** Smallest and largest values have the same fields of the same types. */
  readonly minMax: string;
}

/** Types and inputs of the groups of an entity. */
export interface GroupByNames {
  readonly result: string;
  readonly values: string;
  readonly key: string;
  readonly order: string;
  /** Order of groups by values and by counts of values. */
  readonly orderFields: string;
  /** Order of groups by sums and averages. */
  readonly orderNumbers: string;
  readonly orderMinMax: string;
  readonly having: string;
  readonly havingCountDistinct: string;
  readonly havingSum: string;
  readonly havingAvg: string;
  readonly havingMinMax: string;
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
    aggregate: `${many}Aggregate`,
    groupBy: `${many}GroupBy`,
    create: `create${type}`,
    update: `update${type}`,
    delete: `delete${type}`,
    restore: `restore${type}`,
    changeType: `${type}Change`,
    previousType: `${type}Previous`,
    whereInput: `${type}Where`,
    orderByInput: `${type}OrderBy`,
    toManyFilterInput: `${type}ToManyFilter`,
    fieldNameEnum: `${type}FieldName`,
    keyInput: `${type}Key`,
    createInput: `${type}CreateInput`,
    patchInput: `${type}Patch`,
    connectionType: `${type}Connection`,
    edgeType: `${type}Edge`,
    payloadType: `${type}Payload`,
    aggregateTypes: aggregateNames(type),
    groupByTypes: groupByNames(type),
  };
}

function aggregateNames(type: string): AggregateNames {
  const all = `${type}Aggregate`;
  return {
    all,
    countDistinct: `${all}CountDistinct`,
    sum: `${all}Sum`,
    avg: `${all}Avg`,
    minMax: `${all}MinMax`,
  };
}

function groupByNames(type: string): GroupByNames {
  const order = `${type}GroupByOrder`;
  const having = `${type}Having`;
  return {
    result: `${type}GroupByResult`,
    values: `${type}GroupByValues`,
    key: `${type}GroupByKey`,
    order,
    orderFields: `${order}Fields`,
    orderNumbers: `${order}Numbers`,
    orderMinMax: `${order}MinMax`,
    having,
    havingCountDistinct: `${having}CountDistinct`,
    havingSum: `${having}Sum`,
    havingAvg: `${having}Avg`,
    havingMinMax: `${having}MinMax`,
  };
}

/** What a state machine adds to the API. */
export interface TransitionNames {
  /** `transitionTicketStatus` */
  readonly mutation: string;
  /** `TicketStatusTransition` */
  readonly type: string;
}

export function transitionNames(
  ref: EntityRef,
  field: Pick<FieldModel, 'graphqlName'>,
  home: Home,
): TransitionNames {
  const stem = `${typeName(ref, home)}${upperFirst(field.graphqlName)}`;
  return { mutation: `transition${stem}`, type: `${stem}Transition` };
}

/** Field of an entity that lists what the states of a field may be changed to: `statusTransitions`. */
export function transitionsFieldName(field: Pick<FieldModel, 'graphqlName'>): string {
  return `${field.graphqlName}Transitions`;
}

/** Enum type of a field with an `enum` list: `TicketPriority`. */
export function enumTypeName(entity: EntityModel, field: FieldModel, home: Home): string {
  return `${typeName({ app: entity.app, entity: entity.name }, home)}${upperFirst(field.graphqlName)}`;
}

/** Filter input of such a field: `TicketPriorityFilter`. */
export function enumFilterName(entity: EntityModel, field: FieldModel, home: Home): string {
  return `${enumTypeName(entity, field, home)}Filter`;
}
