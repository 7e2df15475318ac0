/** A GraphQL `orderBy` argument as sort keys that determine one order of all records. */
import { comparerOf } from '../filter/compare-values.ts';
import type { SortKey, SortStep } from '../filter/sort-key.ts';
import type { EntityModel, LinkModel } from '../model/app-model.ts';
import type { FieldModel } from '../model/field-model.ts';
import type { FilterScope } from './filter-scope.ts';
import { badInput, type InputPath } from './input-place.ts';
import { relatedEntity } from './related-entity.ts';

/**
 * The SQL that continues after a cursor grows with the square of the number of keys; nobody orders by more than a few.
 */
const MAX_SORT_KEYS = 16;
/** Each step joins one more table for every record that is sorted. */
const MAX_RELATION_STEPS = 4;

/** The current place of parsing: the entity whose fields are named, and the path to it. */
interface Place {
  readonly entity: EntityModel;
  readonly path: InputPath;
  readonly via: readonly SortStep[];
  readonly scope: FilterScope;
}

/**
 * Sort keys, with the primary key appended unless it is among them: pages of an order with ties would otherwise repeat
 * and skip records. @throws RocketError `BAD_USER_INPUT`; `FORBIDDEN` or `UNAUTHENTICATED` for a relation to records
 * that the caller may not read.
 */
export function parseOrderBy(orderBy: unknown, entity: EntityModel, scope: FilterScope): readonly SortKey[] {
  const elements =
    orderBy === undefined || orderBy === null ? [] : Array.isArray(orderBy) ? orderBy : [orderBy];
  if (elements.length > MAX_SORT_KEYS)
    throw badInput(['orderBy'], `may have at most ${MAX_SORT_KEYS} elements`);
  const keys: SortKey[] = [];
  for (const [index, element] of elements.entries()) {
    const key = parseElement(element, { entity, path: ['orderBy', String(index)], via: [], scope });
    if (!keys.some((earlier) => sortsBySame(earlier, key))) keys.push(key);
  }
  // In the direction of the key before it, so that an index on (field, key) serves the order both ways.
  const descending = keys.at(-1)?.descending ?? false;
  const last: SortKey = { via: [], field: entity.primaryKey, descending };
  return keys.some((key) => sortsBySame(key, last)) ? keys : [...keys, last];
}

function sortsBySame(a: SortKey, b: SortKey): boolean {
  return (
    a.field === b.field &&
    a.via.length === b.via.length &&
    a.via.every((step, index) => step.link === b.via[index]?.link)
  );
}

function parseElement(element: unknown, place: Place): SortKey {
  const [name, operand] = onlyEntry(element, place.path);
  const path = [...place.path, name];
  const field = place.entity.fieldByGraphqlName.get(name);
  if (field !== undefined) return sortKey(field, operand, { ...place, path });
  const link = place.entity.links.find(({ graphqlName }) => graphqlName === name);
  if (link === undefined) throw badInput(path, 'is not a field');
  const step = sortStep(link, { ...place, path });
  return parseElement(operand, { ...place, entity: step.target, path, via: [...place.via, step] });
}

/** Exactly one entry: the precedence of several would depend on the order of the object's members. */
function onlyEntry(element: unknown, path: InputPath): readonly [string, unknown] {
  const isObject = element !== null && typeof element === 'object' && !Array.isArray(element);
  const entries = isObject ? Object.entries(element).filter(([, value]) => value !== undefined) : [];
  const [entry] = entries;
  if (entries.length === 1 && entry !== undefined) return entry;
  throw badInput(path, 'must have exactly one key; write [{a: ASC}, {b: DESC}] for several');
}

function sortKey(field: FieldModel, direction: unknown, { path, via }: Place): SortKey {
  if (comparerOf(field.type) === null) throw badInput(path, `is a ${field.type} value, which has no order`);
  if (direction !== 'ASC' && direction !== 'DESC') throw badInput(path, 'must be ASC or DESC');
  return { via, field, descending: direction === 'DESC' };
}

function sortStep(link: LinkModel, { path, via, scope }: Place): SortStep {
  if (link.kind !== 'to_one')
    throw badInput(path, 'cannot be ordered by: only a relation whose foreign key is here can');
  if (via.length >= MAX_RELATION_STEPS)
    throw badInput(path, `goes through more than ${MAX_RELATION_STEPS} relations`);
  return { link, ...relatedEntity(link, scope, path) };
}
