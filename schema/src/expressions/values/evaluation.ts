import { ExpressionError } from '../expression.ts';

/** What an expression is evaluated with, by the name of each variable, and the instant that `now` means. */
export interface ExpressionVariables {
  readonly now: Date;
  readonly [variable: string]: unknown;
}

/** Characters looked at, items compared, and the like; an evaluation that needs more fails. */
const MAX_WORK = 500_000;
/** UTF-16 units of a text that an expression builds. */
const MAX_TEXT_LENGTH = 100_000;

/**
 * One evaluation. A node is evaluated at most once, so only what grows with the values themselves is counted: texts,
 * lists, patterns.
 */
export class Evaluation {
  readonly variables: ExpressionVariables;
  #left = MAX_WORK;

  constructor(variables: ExpressionVariables) {
    this.variables = variables;
  }

  /** @throws ExpressionError when the work is used up */
  spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new ExpressionError('The expression takes too much work for these values');
  }

  /** @throws ExpressionError when the text is too long */
  built(text: string): string {
    if (text.length > MAX_TEXT_LENGTH) {
      throw new ExpressionError(`A text is longer than ${MAX_TEXT_LENGTH} characters`);
    }
    return text;
  }
}
