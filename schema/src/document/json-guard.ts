import { isRawNumber, type RawNumber } from '../values/exact-json.ts';
import { type TextProblem, textProblem } from '../values/texts.ts';
import type { FaultCollector } from './faults/fault-collector.ts';
import type { JsonPath } from './faults/json-path.ts';
import { showValue } from './faults/show-value.ts';

export const MAX_JSON_DEPTH = 64;
/** Keys that reach an object's prototype in careless code. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/**
 * Refuses what later stages cannot handle: values that are not JSON, nesting beyond {@link MAX_JSON_DEPTH}, prototype
 * keys, and text that Postgres cannot store (NUL and lone surrogates are valid JSON but not valid `text` or `jsonb`).
 * Numbers that a double would round are left only where a field's type can say how to keep them.
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
  } else if (isRawNumber(value)) {
    if (!isFieldValue(path)) guardNumber(value, path, faults);
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

/** Places whose value belongs to one field: a column of a sample row, and a default. */
function isFieldValue([section, ...inner]: JsonPath): boolean {
  if (section === 'sample_data') return inner.length === 3;
  return section === 'entities' && inner.length === 4 && inner[1] === 'fields' && inner[3] === 'default';
}

function guardNumber(number: RawNumber, path: JsonPath, faults: FaultCollector): void {
  const isRounded = Number.isFinite(Number(number.rawJSON));
  const message = isRounded
    ? `The number ${showValue(number)} would be rounded`
    : 'The number is out of range';
  faults.error(path, message, 'Write it as text');
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

const TEXT_FAULTS: Readonly<Record<TextProblem, string>> = {
  nul: 'The text holds a NUL character, which cannot be stored',
  'half-surrogate': 'The text holds half of a surrogate pair',
};

function guardText(text: string, path: JsonPath, faults: FaultCollector): void {
  const problem = textProblem(text);
  if (problem !== null) faults.error(path, TEXT_FAULTS[problem]);
}
