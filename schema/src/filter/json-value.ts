/** Parsed JSON values as Postgres' jsonb sees them: numbers by value, objects without an order, arrays with one. */
import { compareNumbers, compareTexts } from './compare-values.ts';

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** jsonb's `=`. */
export function jsonEquals(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => jsonEquals(item, b[index]));
  }
  if (!isObject(a)) return a === b;
  if (!isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && jsonEquals(member(a, key), member(b, key)))
  );
}

/** jsonb's `@>`. Only at the top level an array contains a value that is not in an array itself. */
export function jsonContains(value: unknown, part: unknown): boolean {
  const isPlain = !Array.isArray(part) && !isObject(part);
  return Array.isArray(value) && isPlain ? value.includes(part) : containsDeep(value, part);
}

/** Arrays are compared as sets: neither order nor repetition counts. */
function containsDeep(value: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(value) && part.every((inner) => value.some((item) => containsDeep(item, inner)));
  }
  if (!isObject(part)) return value === part;
  return (
    isObject(value) &&
    Object.keys(part).every(
      (key) => Object.hasOwn(value, key) && containsDeep(member(value, key), member(part, key)),
    )
  );
}

/** jsonb's `?`: a key of the object, a text in the array, or the text itself. */
export function jsonHasKey(value: unknown, key: string): boolean {
  if (Array.isArray(value)) return value.includes(key);
  return isObject(value) ? Object.hasOwn(value, key) : value === key;
}

/** What C's `strtol` accepts; Postgres parses array indexes with it. */
const ARRAY_INDEX = /^[ \t\n\v\f\r]*[+-]?\d+$/;

/** jsonb's `#>`; undefined where the path leads nowhere. Negative indexes count from the end of an array. */
export function jsonAtPath(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const step of path) {
    if (Array.isArray(at)) at = ARRAY_INDEX.test(step) ? at.at(Number(step)) : undefined;
    else at = isObject(at) ? member(at, step) : undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

/** Order of two numbers or two texts; null for values that have none. */
export function compareJson(a: unknown, b: unknown): number | null {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  return typeof a === 'string' && typeof b === 'string' ? compareTexts(a, b) : null;
}
