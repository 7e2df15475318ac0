/** Text and JSON that Postgres can store and give back as they are. */
import { type FieldModel, isRawNumber, type RawNumber } from '@rocket/schema';
import { decimalProblem, decimalText } from './input-number.ts';

/**
 * A btree entry holds 2,704 bytes. A foreign key shares its entry with a key, and a join table's has two of them.
 * Refused here, with the field's name, rather than by the index with an internal error.
 */
const MAX_KEY_BYTES = 1_000;
const MAX_INDEXED_BYTES = 2_600;

interface Problem {
  readonly rule: string;
  readonly message: string;
}

export function textProblem(field: FieldModel, value: string): Problem | null {
  if (!isStorable(value)) return { rule: 'type', message: 'must not contain NUL or half a surrogate pair' };
  const maxBytes = maxBytesOf(field);
  if (maxBytes === null || Buffer.byteLength(value) <= maxBytes) return null;
  return { rule: 'max_length', message: `must have at most ${maxBytes} bytes, since it is indexed` };
}

function maxBytesOf(field: FieldModel): number | null {
  if (field.isPrimaryKey || field.isForeignKey) return MAX_KEY_BYTES;
  return field.unique || field.indexed ? MAX_INDEXED_BYTES : null;
}

/** Postgres reads nested JSON by recursion, and so does everybody who is given it. */
const MAX_JSON_DEPTH = 200;

/**
 * Text of a JSON value, with every digit of its numbers; null when a text or number in it cannot be stored, it is nested
 * too deeply, or no JSON value at all.
 */
export function storableJson(value: unknown): string | null {
  const pending: { part: unknown; depth: number }[] = [{ part: value, depth: 0 }];
  // Own stack: the depth of the value is its sender's choice.
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { part } = next;
    const depth = next.depth + 1;
    if (depth > MAX_JSON_DEPTH) return null;
    if (typeof part === 'string') {
      if (!isStorable(part)) return null;
    } else if (Array.isArray(part)) {
      for (const element of part) pending.push({ part: element, depth });
    } else if (isRawNumber(part)) {
      if (!isStorableNumber(part)) return null;
    } else if (typeof part === 'object' && part !== null) {
      for (const [key, element] of Object.entries(part)) {
        pending.push({ part: key, depth }, { part: element, depth });
      }
    } else if (!isPlain(part)) return null;
  }
  return JSON.stringify(value);
}

function isPlain(part: unknown): boolean {
  return part === null || typeof part === 'boolean' || (typeof part === 'number' && Number.isFinite(part));
}

/** Postgres takes larger ones, but writes out every zero of them, and refuses some with an error of its own. */
function isStorableNumber(number: RawNumber): boolean {
  const text = decimalText(number);
  return text !== null && decimalProblem(text, undefined) === null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
