import { RocketError } from '@rocket/schema';

/**
 * Most objects in an answer that is merged from several fetches. Each fetch is bounded by itself, but one may find
 * records for every record of another. Shaping and writing this many takes about 300 ms, during which nobody else is
 * served.
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
