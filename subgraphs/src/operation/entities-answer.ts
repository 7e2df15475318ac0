/** Entities of several types are read separately; the gateway expects them in the order of its request. */
import { parseJson } from '@rocket/schema';
import type { RootField } from '../read/plan-operation.ts';
import { withType } from './shaped-value.ts';

type EntitiesRoot = Extract<RootField, { kind: 'entities' }>;

/** @param arrays JSON array of each part */
export function entitiesJson(root: EntitiesRoot, arrays: readonly string[]): string {
  const [only = '[]'] = arrays;
  return root.parts.length > 1 ? `[${interleave(root, arrays, String).join(',')}]` : only;
}

/** The same as values with their types, with errors in place of the failed ones. */
export function entitiesValue(root: EntitiesRoot, arrays: readonly string[]): readonly unknown[] {
  const isText = root.parts.length > 1;
  const values = interleave(root, arrays, (value, typeName) =>
    withType(isText ? parseJson(String(value)) : value, typeName),
  );
  for (const { positions, error } of root.failed) for (const position of positions) values[position] = error;
  return values;
}

function interleave(
  root: EntitiesRoot,
  arrays: readonly string[],
  each: (value: unknown, typeName: string) => unknown,
): unknown[] {
  const all: unknown[] = new Array(root.length).fill(null);
  for (const [index, part] of root.parts.entries()) {
    const values: unknown = parseJson(arrays[index] ?? '[]');
    if (!Array.isArray(values)) throw new TypeError('Entities come as an array');
    for (const [at, position] of part.positions.entries()) all[position] = each(values[at], part.typeName);
  }
  return all;
}
