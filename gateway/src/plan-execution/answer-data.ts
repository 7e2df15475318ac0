/**
 * The answer under construction, as plain JSON. Subgraphs choose its values and are not trusted to follow the schema;
 * callers choose its keys. So only own properties are read, and `__proto__` is a key like any other.
 */
import { isRawNumber } from '@rocket/schema';

export type AnswerObject = Record<string, unknown>;

/** Faster than objects made by `Object.create(null)`, which V8 keeps as hash tables. */
const Plain = function Plain() {
  // Its objects start without keys.
} as unknown as new () => AnswerObject;
Plain.prototype = Object.create(null);

/** An empty object that inherits no keys. */
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

/** Adds the result of a fetch to the answer; lists of equal length are merged element by element. */
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
