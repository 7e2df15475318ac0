/** Texts that Postgres can store and index. */
import { type FieldModel, maxTextBytes, textProblem } from '@rocket/schema';

interface Problem {
  readonly rule: string;
  readonly message: string;
}

export function inputTextProblem(field: FieldModel, value: string): Problem | null {
  if (textProblem(value) !== null)
    return { rule: 'type', message: 'must not contain NUL or half a surrogate pair' };
  // Refused here, with the field's name, rather than by the index with an internal error.
  const maxBytes = maxTextBytes(field);
  if (maxBytes === null || Buffer.byteLength(value) <= maxBytes) return null;
  return { rule: 'max_length', message: `must have at most ${maxBytes} bytes, since it is indexed` };
}
