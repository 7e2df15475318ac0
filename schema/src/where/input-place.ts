/** Names the place of a fault in an argument, as callers write it. */
import { RocketError } from '../errors.ts';

/** Steps from an argument to a value: `['where', 'AND', '0', 'name']`. */
export type InputPath = readonly string[];

/** `where.AND[0].name` */
export function placeName(path: InputPath): string {
  return path
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

/** `what` completes the sentence that begins with the place. */
export function badInput(path: InputPath, what: string): RocketError {
  return new RocketError('BAD_USER_INPUT', `${placeName(path)} ${what}`, { details: { path: [...path] } });
}
