import { RocketError } from '@rocket/schema';

/**
 * Objects in an answer that is put together from several fetches. Each fetch is bounded by itself, but one finds records for
 * every record that another found. Shaping and writing so many takes some 300 ms, in which nobody else is served.
 */
export const MAX_ANSWER_OBJECTS = 100_000;

/** Counts the objects of one answer. */
export class AnswerBudget {
  #left = MAX_ANSWER_OBJECTS;

  /** @throws RocketError `BAD_USER_INPUT` when there are too many */
  take(objects: number): void {
    this.#left -= objects;
    if (this.#left >= 0) return;
    throw new RocketError(
      'BAD_USER_INPUT',
      `The answer would hold more than ${MAX_ANSWER_OBJECTS} objects; give its inner lists a limit`,
    );
  }
}
