/** How JavaScript values become the parameters of a statement; values.ts has the opposite direction. */
import { RocketError, textProblem } from '@rocket/schema';

/** A parameter as it is sent: text, bytes, or null. */
export type WireValue = string | Buffer | null;

/** The protocol counts parameters in 16 bits. */
const MAX_VALUES = 65_535;

/**
 * Arrays become SQL arrays; other objects become JSON. All values of callers pass through here.
 * @throws RocketError `BAD_USER_INPUT` for a text that Postgres cannot hold as it is
 */
export function toWireValues(values: readonly unknown[]): WireValue[] {
  if (values.length > MAX_VALUES) {
    throw new RocketError('INTERNAL_ERROR', `A statement takes at most ${MAX_VALUES} values; bind an array`);
  }
  const wire = new Array<WireValue>(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    wire[index] = typeof value === 'string' ? checked(value) : toWireValue(value);
  }
  return wire;
}

function toWireValue(value: unknown): WireValue {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return arrayLiteral(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? checkedJson(JSON.stringify(value)) : checked(String(value));
}

const TEXT_FAULTS = {
  nul: 'The text contains a NUL character',
  'half-surrogate': 'The text contains half of a surrogate pair',
};

function checked(text: string): string {
  const problem = textProblem(text);
  if (problem !== null) throw new RocketError('BAD_USER_INPUT', TEXT_FAULTS[problem]);
  return text;
}

/** JSON writes NUL and lone surrogates as escapes. A text after an escaped backslash can look the same. */
const MAYBE_UNFIT = /\\u(?:0000|d[89a-f])/;
const ESCAPES = /\\(?:u([0-9a-f]{4})|.)/g;

function checkedJson(json: string): string {
  if (!MAYBE_UNFIT.test(json)) return json;
  for (const [, code = ''] of json.matchAll(ESCAPES)) {
    if (code !== '') checked(String.fromCharCode(Number.parseInt(code, 16)));
  }
  return json;
}

function arrayLiteral(elements: readonly unknown[]): string {
  return `{${elements.map(elementLiteral).join(',')}}`;
}

function elementLiteral(element: unknown): string {
  if (Array.isArray(element)) return arrayLiteral(element);
  const value = toWireValue(element);
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return `"\\\\x${value.toString('hex')}"`;
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
