/** Thrown while an expression is parsed, and never beyond that. `index` is the place in the text. */
export class SyntaxFault extends Error {
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}
