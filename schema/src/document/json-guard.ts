import type { FaultCollector } from './fault-collector.ts';
import type { JsonPath } from './json-path.ts';

export const MAX_JSON_DEPTH = 64;
/** Keys that reach an object's prototype in careless code. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/**
 * Refuses what no later stage can hold: values that are not JSON, nesting beyond {@link MAX_JSON_DEPTH}, prototype
 * keys, and text that Postgres cannot store (NUL and lone surrogates are valid JSON but not valid `text` or `jsonb`).
 */
export function guardJson(value: unknown, faults: FaultCollector): void {
  visit(value, [], faults);
}

function visit(value: unknown, path: JsonPath, faults: FaultCollector): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') guardText(value, path, faults);
  else if (typeof value === 'number') {
    // JSON.parse reads 1e400 as Infinity.
    if (!Number.isFinite(value)) faults.error(path, 'The number is out of range');
  } else if (typeof value !== 'object') {
    faults.error(path, `A ${typeof value} is not a JSON value`);
  } else if (path.length >= MAX_JSON_DEPTH) {
    faults.error(path, `The document is nested deeper than ${MAX_JSON_DEPTH} levels`);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, [...path, index], faults);
  } else {
    visitMembers(value, path, faults);
  }
}

function visitMembers(value: object, path: JsonPath, faults: FaultCollector): void {
  for (const [key, member] of Object.entries(value)) {
    const place = [...path, key];
    if (FORBIDDEN_KEYS.has(key)) {
      faults.error(place, `The property name ${JSON.stringify(key)} is not allowed`, 'Rename the property');
      continue;
    }
    guardText(key, place, faults);
    // A document built in code may carry undefined members; JSON text cannot.
    if (member !== undefined) visit(member, place, faults);
  }
}

function guardText(text: string, path: JsonPath, faults: FaultCollector): void {
  if (text.includes('\u0000')) faults.error(path, 'The text holds a NUL character, which cannot be stored');
  else if (!text.isWellFormed()) faults.error(path, 'The text holds half of a surrogate pair');
}
