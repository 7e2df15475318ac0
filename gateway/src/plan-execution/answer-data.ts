/**
 * The answer while it is put together: plain JSON, in which subgraphs, which are not trusted to keep to the schema, choose
 * the values and callers choose the keys. So only own properties are read, and `__proto__` is a key as any other.
 */
import { isRawNumber } from '@rocket/schema';

export type AnswerObject = Record<string, unknown>;

/** Faster than objects made by `Object.create(null)`, which V8 keeps as hash tables. */
const Plain = function Plain() {
  // Its objects have no keys yet.
} as unknown as new () => AnswerObject;
Plain.prototype = Object.create(null);

/** An empty object without a prototype that has keys. */
export function emptyObject(): AnswerObject {
  return new Plain();
}

export function isAnswerObject(value: unknown): value is AnswerObject {
  // A number that a double cannot hold comes as an object, and is a value.
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

export function ownValue(object: AnswerObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function setOwn(object: AnswerObject, key: string, value: unknown): void {
  if (key in object && !Object.hasOwn(object, key)) {
    Object.defineProperty(object, key, { configurable: true, enumerable: true, writable: true, value });
  } else {
    object[key] = value;
  }
}

/** Adds what a fetch has found to what is there; lists of equal length are merged element by element. */
export function mergeInto(target: AnswerObject, source: AnswerObject): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined) continue;
    const before = ownValue(target, key);
    if (isAnswerObject(before) && isAnswerObject(value)) mergeInto(before, value);
    else if (Array.isArray(before) && Array.isArray(value) && before.length === value.length) {
      mergeLists(before, value);
    } else setOwn(target, key, value);
  }
}

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  for (const [index, value] of source.entries()) {
    const before = target[index];
    if (isAnswerObject(before) && isAnswerObject(value)) mergeInto(before, value);
    else if (Array.isArray(before) && Array.isArray(value) && before.length === value.length) {
      mergeLists(before, value);
    } else target[index] = value;
  }
}
