/** SDL of the inputs of reads: filters, orders, keys. */

import type { EntityModel, LinkModel } from '../model/app-model.ts';
import { type EntityNames, entityNames, type Home } from '../naming/graph-names.ts';
import { isOrderable } from '../values/scalar-type.ts';
import { filterTypeName, inputTypeName } from './scalar-names.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';

export function filterInputs(entity: EntityModel, home: Home, names: EntityNames): readonly string[] {
  return [
    whereInput(entity, home, names),
    toManyFilterInput(names),
    orderByInput(entity, home, names),
    fieldNameEnum(entity, names),
    // Asks for a record at the root, where no part of another one is.
    ...(entity.origin === 'engine_part' ? [] : [keyInput(entity, home, names)]),
  ];
}

/** Filters and orders run in one database, so they follow only links within the app. */
function linksWithin(entity: EntityModel): readonly LinkModel[] {
  return entity.links.filter((link) => link.target.app === entity.app);
}

function whereInput(entity: EntityModel, home: Home, names: EntityNames): string {
  const own = names.whereInput;
  const fields = entity.fields.map((field) =>
    fieldSdl(`${field.graphqlName}: ${filterTypeName(entity, field, home)}`),
  );
  return typeSdl({
    kind: 'input',
    name: own,
    description: 'Which records; all conditions that are given must hold.',
    fields: [
      ...combinations(own),
      ...searchField(entity),
      ...fields,
      ...linksWithin(entity).map((link) => linkFilter(link, home)),
    ],
  });
}

/** Members of every filter that combine filters of its kind. */
export function combinations(input: string): readonly string[] {
  return [
    fieldSdl(`AND: [${input}!]`, 'All of these hold.'),
    fieldSdl(`OR: [${input}!]`, 'At least one of these holds.'),
    fieldSdl(`NOT: ${input}`, 'This does not hold.'),
  ];
}

function searchField(entity: EntityModel): readonly string[] {
  if (entity.searchGraphqlName === undefined) return [];
  const searched = entity.fields.filter((field) => field.searchable).map((field) => field.graphqlName);
  const text = `Words to find in ${searched.join(', ')}. All of them; "..." for a phrase, or, and - for words that must be absent.`;
  return [fieldSdl(`${entity.searchGraphqlName}: String`, text)];
}

function linkFilter(link: LinkModel, home: Home): string {
  const target = entityNames(link.target, home);
  switch (link.kind) {
    case 'to_one':
    case 'has_one':
      return fieldSdl(`${link.graphqlName}: ${target.whereInput}`, 'There is such a record, and it matches.');
    case 'to_many':
    case 'many_to_many':
      return fieldSdl(`${link.graphqlName}: ${target.toManyFilterInput}`, 'How the related records match.');
    default:
      return link satisfies never;
  }
}

function toManyFilterInput(names: EntityNames): string {
  return typeSdl({
    kind: 'input',
    name: names.toManyFilterInput,
    description:
      'Conditions on related records; all that are given must hold. Only records that the caller may see count.',
    fields: [
      fieldSdl(`some: ${names.whereInput}`, 'At least one matches.'),
      fieldSdl(`every: ${names.whereInput}`, 'None fails to match. Holds where there are none.'),
      fieldSdl(`none: ${names.whereInput}`, 'Not one matches.'),
    ],
  });
}

function orderByInput(entity: EntityModel, home: Home, names: EntityNames): string {
  const fields = entity.fields
    .filter((field) => isOrderable(field.type))
    .map((field) => fieldSdl(`${field.graphqlName}: SortDirection`));
  const links = linksWithin(entity)
    .filter((link) => link.kind === 'to_one')
    .map((link) => fieldSdl(`${link.graphqlName}: ${entityNames(link.target, home).orderByInput}`));
  return typeSdl({
    kind: 'input',
    name: names.orderByInput,
    description:
      "One key per element; the list's order is their precedence. Nulls sort as the largest value.",
    fields: [...fields, ...links],
  });
}

function fieldNameEnum(entity: EntityModel, names: EntityNames): string {
  return typeSdl({
    kind: 'enum',
    name: names.fieldNameEnum,
    description: 'Fields that have an order.',
    fields: entity.fields
      .filter((field) => isOrderable(field.type))
      .map((field) => fieldSdl(field.graphqlName, field.description)),
  });
}

function keyInput(entity: EntityModel, home: Home, names: EntityNames): string {
  return typeSdl({
    kind: 'input',
    name: names.keyInput,
    description: 'Exactly one unique key.',
    fields: entity.fields
      .filter((field) => (field.isPrimaryKey || field.unique) && isOrderable(field.type))
      .map((field) => fieldSdl(`${field.graphqlName}: ${inputTypeName(entity, field, home)}`)),
  });
}
