/** How JavaScript values become the parameters of a statement. The way back is in values.ts. */
import { RocketError } from '@rocket/schema';

/** A parameter as it is sent: text, bytes, or null. */
export type WireValue = string | Buffer | null;

/** The protocol counts them in 16 bits. */
const MAX_VALUES = 65_535;

/** Arrays become SQL arrays; other objects become JSON. */
export function toWireValues(values: readonly unknown[]): WireValue[] {
  if (values.length > MAX_VALUES) {
    throw new RocketError('INTERNAL_ERROR', `A statement takes at most ${MAX_VALUES} values; bind an array`);
  }
  const wire = new Array<WireValue>(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    wire[index] = typeof value === 'string' ? value : toWireValue(value);
  }
  return wire;
}

function toWireValue(value: unknown): WireValue {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return arrayLiteral(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
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
