/** A mutation's input in the terms of the document. GraphQL has refused already what the schema does not know. */
import {
  type AppModel,
  type EntityModel,
  type FieldModel,
  type ManyToManyLink,
  type NestedLink,
  nestedDeleteName,
  nestedLinks,
  RocketError,
  type WriteMode,
} from '@rocket/schema';
import type { NestedChildren, NestedInput, NestedItem, NestedLinks } from '../write/nested/nested-input.ts';

/** A member of GraphQL's enum `NestedWriteMode`. */
const MODES: ReadonlyMap<unknown, WriteMode> = new Map([
  ['DIFF', 'diff'],
  ['REPLACE', 'replace'],
  ['APPEND', 'append'],
]);

type InputObject = Readonly<Record<string, unknown>>;
type Entities = AppModel['entities'];

export interface DocumentInput {
  /** By document field name. */
  readonly values: InputObject;
  /** In the order of the input. */
  readonly nested: readonly NestedInput[];
}

export function documentInput(entities: Entities, entity: EntityModel, input: unknown): DocumentInput {
  const values: Record<string, unknown> = Object.create(null);
  const nested: NestedInput[] = [];
  if (!isObject(input)) return { values, nested };
  const links = new Map(nestedLinks(entity).map((link) => [link.graphqlName, link]));
  for (const [name, value] of Object.entries(input)) {
    const field = entity.fieldByGraphqlName.get(name);
    if (field !== undefined) values[field.name] = storedValue(field, value);
    const link = links.get(name);
    // Null says nothing of the related records, as if it were left out.
    if (link !== undefined && isObject(value)) nested.push(nestedInput(entities, link, value));
  }
  return { values, nested };
}

/** An enum's member stands for the value that is stored. */
export function storedValue(field: FieldModel, value: unknown): unknown {
  return typeof value === 'string' ? (field.enumMembers?.get(value) ?? value) : value;
}

function nestedInput(entities: Entities, link: NestedLink, value: InputObject): NestedInput {
  return link.kind === 'many_to_many' ? linksInput(link, value) : childrenInput(entities, link, value);
}

function childrenInput(entities: Entities, link: NestedChildren['link'], value: InputObject): NestedChildren {
  const child = entities.get(link.target.entity);
  if (child === undefined)
    throw new RocketError('INTERNAL_ERROR', `There is no entity ${link.target.entity}`);
  const deleteName = nestedDeleteName(child);
  const item = (given: InputObject): NestedItem => {
    const { [child.primaryKey.graphqlName]: key, [deleteName]: isDeleted, ...rest } = given;
    return { key, isDeleted: isDeleted === true, ...documentInput(entities, child, rest) };
  };
  const mode = MODES.get(value['mode']) ?? link.writeMode;
  return { kind: 'children', link, mode, items: objects(value['data']).map(item) };
}

/** What `add` and `remove` name is linked or unlinked whatever becomes of the others. */
function linksInput(link: ManyToManyLink, value: InputObject): NestedLinks {
  const data = value['data'] ?? null;
  const listed = objects(data).map((item, index) => ({
    key: item['id'],
    isDeleted: item['delete'] === true,
    path: ['data', String(index), 'id'],
  }));
  const named = (member: 'add' | 'remove') =>
    list(value[member]).map((key, index) => ({
      key,
      isDeleted: member === 'remove',
      path: [member, String(index)],
    }));
  return {
    kind: 'links',
    link,
    mode: data === null ? undefined : (MODES.get(value['mode']) ?? link.writeMode),
    targets: [...listed, ...named('add'), ...named('remove')],
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objects(value: unknown): readonly InputObject[] {
  return list(value).filter(isObject);
}

function isObject(value: unknown): value is InputObject {
  return typeof value === 'object' && value !== null;
}
