/** The tree of an expression, as it is after parsing: one spelling for what both dialects mean. */

export type UnaryOperator = '!' | '-' | '+';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type LogicalOperator = '&&' | '||' | '??';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | LogicalOperator | 'in' | 'not in';

/** How a function is called: `len(x)`, `x.trim()`, `new Date(x)`. */
export type CallStyle = 'function' | 'method' | 'new';

export type ExpressionNode = {
  /** Index of the UTF-16 unit of the text at which the name, value or operand begins. */
  readonly position: number;
} & (
  | { readonly kind: 'literal'; readonly value: null | boolean | string }
  /** As it is written, since a double may not hold it. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly ExpressionNode[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly object: ExpressionNode; readonly name: string }
  | { readonly kind: 'index'; readonly object: ExpressionNode; readonly index: ExpressionNode }
  | {
      readonly kind: 'call';
      readonly style: CallStyle;
      readonly name: string;
      /** Of a method, the first is what it is called on. */
      readonly operands: readonly ExpressionNode[];
    }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: ExpressionNode }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
    }
  | {
      readonly kind: 'conditional';
      readonly test: ExpressionNode;
      readonly whenTrue: ExpressionNode;
      readonly whenFalse: ExpressionNode;
    }
);

/** Of one expression, made by `parseExpression`. */
export interface Expression {
  readonly text: string;
  readonly root: ExpressionNode;
}

/** What is wrong with an expression, found without evaluating it. */
export interface ExpressionFault {
  readonly message: string;
  /** Index of the UTF-16 unit of the text. */
  readonly position: number;
  /** What to write instead, where that can be said. */
  readonly hint?: string;
}

/** An evaluation that has no result; its message is meant for whoever wrote the expression. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/** Bytes of UTF-8. */
export const MAX_EXPRESSION_BYTES = 4_096;
/** Parentheses, brackets, arguments, prefixes and branches within each other. */
export const MAX_NESTING = 50;
/** Operators and names that follow each other, as in `a + b + c`, make a tree that is as deep as there are of them. */
export const MAX_TREE_DEPTH = 250;
