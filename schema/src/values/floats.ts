import { isRawNumber } from './exact-json.ts';

/** The double nearest to a JSON number; null for other values and for numbers beyond the range of doubles. */
export function nearestDouble(value: unknown): number | null {
  const number = isRawNumber(value) ? Number(value.rawJSON) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/**
 * Reads a value of a document. A number that would be rounded to zero is refused too, because nobody means zero by it.
 */
export function documentDouble(value: unknown): number | null {
  if (!isRawNumber(value)) return typeof value === 'number' ? value : null;
  const number = nearestDouble(value);
  const isLost = number === 0 && /[1-9]/.test(value.rawJSON.split(/e/i)[0] ?? '');
  return isLost ? null : number;
}
