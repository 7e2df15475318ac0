import type { EntityModel } from '../model/app-model.ts';
import { badInput, type InputPath } from '../where/input-place.ts';
import { operandEntries } from '../where/operand-entries.ts';
import type { GroupKey, GroupSortKey } from './aggregate.ts';
import { measures } from './measures.ts';

const MAX_ELEMENTS = 16;

/**
 * Sort keys of groups, with the keys of the groups appended: no two groups are equal in all of them, so the order is
 * complete. @throws RocketError `BAD_USER_INPUT`
 */
export function parseGroupOrder(
  orderBy: unknown,
  entity: EntityModel,
  keys: readonly GroupKey[],
): readonly GroupSortKey[] {
  const elements =
    orderBy === undefined || orderBy === null ? [] : Array.isArray(orderBy) ? orderBy : [orderBy];
  if (elements.length > MAX_ELEMENTS)
    throw badInput(['orderBy'], `may have at most ${MAX_ELEMENTS} elements`);
  const asked = elements.map((element: unknown, index) =>
    parseElement(element, { entity, keys, path: ['orderBy', String(index)] }),
  );
  const rest = keys.map((key): GroupSortKey => ({ by: { kind: 'key', key }, descending: false }));
  return firstOfEach([...asked, ...rest]);
}

interface Place {
  readonly entity: EntityModel;
  readonly keys: readonly GroupKey[];
  readonly path: InputPath;
}

function parseElement(element: unknown, place: Place): GroupSortKey {
  const [name, operand] = onlyEntry(element, place.path);
  const path = [...place.path, name];
  if (name === 'count')
    return { by: { kind: 'measure', measure: { kind: 'count' } }, ...direction(operand, path) };
  const [field, value] = onlyEntry(operand, path);
  const leaf = [...path, field];
  if (name === 'key') return { by: groupKey(field, { ...place, path: leaf }), ...direction(value, leaf) };
  const known = measures(place.entity)
    .find((each) => each.function === name)
    ?.fields.find(({ measure }) => measure.field.graphqlName === field);
  if (known === undefined) throw badInput(leaf, 'is not a value of a group');
  return { by: { kind: 'measure', measure: known.measure }, ...direction(value, leaf) };
}

function groupKey(name: string, { keys, path }: Place): GroupSortKey['by'] {
  const key = keys.find(({ field }) => field.graphqlName === name);
  if (key === undefined) throw badInput(path, 'is not among the fields of "by"');
  return { kind: 'key', key };
}

function direction(value: unknown, path: InputPath): Pick<GroupSortKey, 'descending'> {
  if (value !== 'ASC' && value !== 'DESC') throw badInput(path, 'must be ASC or DESC');
  return { descending: value === 'DESC' };
}

/** Exactly one entry: the precedence of several would depend on the order of the object's members. */
function onlyEntry(operand: unknown, path: InputPath): readonly [string, unknown] {
  const entries = operandEntries(operand, path);
  const [entry] = entries;
  if (entries.length === 1 && entry !== undefined) return entry;
  throw badInput(path, 'must name exactly one value; write [{count: DESC}, {key: {a: ASC}}] for several');
}

function firstOfEach(order: readonly GroupSortKey[]): readonly GroupSortKey[] {
  return order.filter(
    (key, index) => order.findIndex((earlier) => sortValue(earlier) === sortValue(key)) === index,
  );
}

function sortValue({ by }: GroupSortKey): string {
  if (by.kind === 'key') return `key ${by.key.field.name}`;
  return by.measure.kind === 'count' ? 'count' : `${by.measure.function} ${by.measure.field.name}`;
}
