import { documentTimestamp } from '../../values/instants.ts';
import { ExpressionError } from '../expression.ts';

/** Largest distance from 1970 that has a date, in milliseconds. */
const MAX_MILLISECONDS = 8.64e15;

/** A date or a timestamp. A date is the midnight at which it begins, in UTC. */
export class Moment {
  readonly milliseconds: number;
  readonly #text: string | null;

  private constructor(milliseconds: number, text: string | null) {
    this.milliseconds = milliseconds;
    this.#text = text;
  }

  /** @throws ExpressionError beyond what a date can be */
  static at(milliseconds: number): Moment {
    if (Math.abs(milliseconds) <= MAX_MILLISECONDS) return new Moment(Math.trunc(milliseconds), null);
    throw new ExpressionError('A date lies too far away');
  }

  /** Of ISO 8601 text, in UTC where it names no offset; null when it is no date. Digits beyond milliseconds are cut off. */
  static of(text: string): Moment | null {
    const read = documentTimestamp(text);
    return read === null ? null : new Moment(Date.parse(read), text);
  }

  /** As it was written, or else as ISO 8601 in UTC with milliseconds. */
  get text(): string {
    return this.#text ?? new Date(this.milliseconds).toISOString();
  }
}
