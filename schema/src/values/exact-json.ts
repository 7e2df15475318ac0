/**
 * JSON without loss: a number that a double would round or lose keeps its source text, as the frozen object that
 * `JSON.rawJSON` makes of it. `JSON.stringify` writes such an object as the number it stands for. Every text that
 * callers or documents send is read here; structured clones and plain `JSON.parse` lose the exact digits.
 */
import { readNotation, withoutEndZeros } from './number-notation.ts';

/**
 * ECMAScript's `JSON.rawJSON` and the source that `JSON.parse` hands its reviver, which TypeScript does not declare
 * yet.
 */
interface SourceJson {
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
}

/** A number beyond what a double holds; its text is a JSON number. */
export interface RawNumber {
  readonly rawJSON: string;
}

// A cast over `unknown`: the declaration of the global lacks the members, not the engine that package.json pins.
const json = JSON as unknown as SourceJson;

/**
 * A double keeps every number of 15 digits, but may lose more digits or exponents of three digits. The pattern requires
 * one of the characters that precede a number: otherwise half of all UUIDs would look like numbers with exponents.
 */
const MAYBE_INEXACT = /(?:^|[[:,\s])-?(?:\d[\d.]{15}|[\d.]+[eE][+-]?\d{3})/;

/** As `JSON.parse`, but numbers that a double cannot hold become {@link RawNumber}. @throws SyntaxError */
export function parseJson(text: string): unknown {
  if (!MAYBE_INEXACT.test(text)) return JSON.parse(text);
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !isExact(value, source)
      ? json.rawJSON(source)
      : value,
  );
}

export function isRawNumber(value: unknown): value is RawNumber {
  return json.isRawJSON(value);
}

/** True when the value contains a {@link RawNumber} at any depth. */
export function holdsRawNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isRawNumber(value) || Object.values(value).some(holdsRawNumber);
}

/** @param text a JSON number */
export function rawNumber(text: string): RawNumber {
  return json.rawJSON(text);
}

/** The text of a JSON number that was read by {@link parseJson}; null for everything else. */
export function numberText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return isRawNumber(value) ? value.rawJSON : null;
}

/** True when a number literal of JSON or GraphQL means the same after a double has held it. */
export function isExactNumber(source: string): boolean {
  return isExact(Number(source), source);
}

function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  const text = String(value);
  return text === source || significant(text) === significant(source);
}

/** Digits and power of ten in a normal form: `1.50e2` and `150` are both `15e1`. */
function significant(text: string): string {
  const notation = readNotation(text);
  if (notation === null) return text;
  const { sign, whole, fraction, exponent } = notation;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = withoutEndZeros(digits);
  if (kept === '') return '0';
  const power = (exponent ?? 0) - fraction.length + (digits.length - kept.length);
  return `${sign}${kept}e${power}`;
}
