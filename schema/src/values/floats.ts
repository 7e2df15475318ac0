import { isRawNumber } from './exact-json.ts';

/** The double that a JSON number means; null when it is none, or beyond what a double reaches. */
export function nearestDouble(value: unknown): number | null {
  const number = isRawNumber(value) ? Number(value.rawJSON) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** Of documents, where a number that would become zero is refused too: nobody writes it to mean nothing. */
export function documentDouble(value: unknown): number | null {
  if (!isRawNumber(value)) return typeof value === 'number' ? value : null;
  const number = nearestDouble(value);
  const isLost = number === 0 && /[1-9]/.test(value.rawJSON.split(/e/i)[0] ?? '');
  return isLost ? null : number;
}
