/** A GraphQL `orderBy` argument as sort keys that determine one order of all records. */
import { RocketError } from '../errors.ts';
import type { EntityModel, FieldModel } from '../model/app-model.ts';

/** SQL that continues after a cursor grows with the square of the keys; nobody orders by more than a few. */
const MAX_SORT_KEYS = 16;

export interface SortKey {
  readonly field: FieldModel;
  readonly descending: boolean;
}

/**
 * Sort keys, with the primary key appended unless it is among them: pages of an order with ties would otherwise repeat
 * and skip records. @throws RocketError `BAD_USER_INPUT`
 */
export function parseOrderBy(orderBy: unknown, entity: EntityModel): readonly SortKey[] {
  const elements =
    orderBy === undefined || orderBy === null ? [] : Array.isArray(orderBy) ? orderBy : [orderBy];
  if (elements.length > MAX_SORT_KEYS) {
    const message = `orderBy may have at most ${MAX_SORT_KEYS} elements`;
    throw new RocketError('BAD_USER_INPUT', message, { details: { path: ['orderBy'] } });
  }
  const keys: SortKey[] = [];
  for (const [index, element] of elements.entries()) {
    const key = parseElement(element, entity, index);
    if (!keys.some((earlier) => earlier.field === key.field)) keys.push(key);
  }
  if (!keys.some((key) => key.field.isPrimaryKey)) keys.push({ field: entity.primaryKey, descending: false });
  return keys;
}

function parseElement(element: unknown, entity: EntityModel, index: number): SortKey {
  const entries = element !== null && typeof element === 'object' ? Object.entries(element) : [];
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined) {
    throw bad(index, 'must have exactly one key; write [{a: ASC}, {b: DESC}] for several');
  }
  const [name, direction] = entry;
  const field = entity.fieldByGraphqlName.get(name);
  if (field === undefined) throw bad(index, `.${name} is not a field`);
  if (direction !== 'ASC' && direction !== 'DESC') throw bad(index, `.${name} must be ASC or DESC`);
  return { field, descending: direction === 'DESC' };
}

function bad(index: number, what: string): RocketError {
  return new RocketError('BAD_USER_INPUT', `orderBy[${index}] ${what}`, {
    details: { path: ['orderBy', String(index)] },
  });
}
