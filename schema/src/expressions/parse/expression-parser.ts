/**
 * jsep, set up for the language of expressions. Its own grammar takes more than that: several expressions, lists with
 * holes, arguments without commas; and its nodes have no positions. Both are put right here. jsep has one configuration
 * per process, so nothing else may use it.
 */
import jsep from 'jsep';
import { MAX_NESTING } from '../expression.ts';
import { SyntaxFault } from './syntax-fault.ts';

const WORDS = ['in', 'contains', 'startsWith', 'endsWith', 'matches'] as const;
/** By precedence, as in JavaScript. */
const BINARY_OPERATORS: readonly (readonly string[])[] = [
  ['||', 'or', '??'],
  ['&&', 'and'],
  ['==', '!=', '===', '!=='],
  ['<', '>', '<=', '>=', ...WORDS.flatMap((word) => [word, `not ${word}`])],
  ['+', '-'],
  ['*', '/', '%'],
];
/** Unlike `!`, the word `not` takes a whole comparison: `not x in y` is `not (x in y)`. */
const BELOW_NOT: ReadonlySet<string> = new Set(['||', 'or', '??', '&&', 'and']);
const NEGATED = new RegExp(`not\\s+(${WORDS.join('|')})(?![\\w$])`, 'y');
const NOT = /not(?![\w$])/y;
/** Assignments in JavaScript, and nobody means a sign of a sign. */
const STEP = /\+\+|--/y;
const NEW = /new\s+(?=[A-Za-z_$])/y;
const CLOSING_PARENTHESIS = ')'.charCodeAt(0);

jsep.removeAllBinaryOps();
jsep.removeAllUnaryOps();
jsep.removeAllLiterals();
BINARY_OPERATORS.forEach((operators, index) => {
  for (const operator of operators) jsep.addBinaryOp(operator, index + 1);
});

/** A call of a constructor, which jsep does not have. */
export interface NewExpression {
  readonly type: 'NewExpression';
  readonly name: string;
  readonly arguments: readonly jsep.Expression[];
}

type Node = jsep.Expression;

/** The part of jsep's class that is changed here; its typings leave the class out. */
declare class JsepParser {
  index: number;
  readonly expr: string;
  readonly char: string;
  readonly code: number;
  constructor(text: string);
  parse(): Node;
  gobbleSpaces(): void;
  gobbleExpressions(until?: number): Node[];
  gobbleExpression(): Node | undefined;
  gobbleBinaryExpression(): Node | undefined;
  gobbleBinaryOp(): string | false;
  gobbleToken(): Node | undefined;
  gobbleTokenProperty(node: Node): Node;
  gobbleArguments(termination: number): Node[];
  gobbleIdentifier(): Node;
}

const Jsep = (jsep as unknown as { readonly Jsep: typeof JsepParser }).Jsep;

/** Parses one text. Methods have jsep's names, because jsep calls them. */
export class ExpressionParser extends Jsep {
  /** Where nodes begin. Those that operators join are missing: they begin where their first part does. */
  readonly starts = new Map<unknown, number>();
  #nesting = -1;
  #isWithinNot = false;

  throwError(message: string): never {
    throw new SyntaxFault(message, this.index);
  }

  /** Of the whole text, or of parentheses: exactly one, where jsep takes many. */
  override gobbleExpressions(until?: number): Node[] {
    const node = this.gobbleExpression();
    if (!node) this.throwError(this.char === '' ? 'An expression is missing' : this.#unexpected());
    this.gobbleSpaces();
    if (until === undefined ? this.index < this.expr.length : this.code !== until) {
      this.throwError(this.char === '' ? 'Unclosed (' : this.#unexpected());
    }
    return [node];
  }

  override gobbleExpression(): Node | undefined {
    const outer = this.#isWithinNot;
    this.#isWithinNot = false;
    const node = this.#nested(() => super.gobbleExpression());
    this.#isWithinNot = outer;
    return node;
  }

  override gobbleBinaryOp(): string | false {
    this.gobbleSpaces();
    const negated = this.#match(NEGATED);
    if (negated !== null) {
      this.index += negated.length;
      return negated.replace(/\s+/, ' ');
    }
    const start = this.index;
    const operator = super.gobbleBinaryOp();
    if (operator === false || !this.#isWithinNot || !BELOW_NOT.has(operator)) return operator;
    this.index = start;
    return false;
  }

  override gobbleToken(): Node | undefined {
    this.gobbleSpaces();
    const start = this.index;
    const node = this.#prefixed() ?? this.#constructed() ?? super.gobbleToken();
    if (node) this.#startAt(node, start);
    return node;
  }

  override gobbleIdentifier(): Node {
    const start = this.index;
    const node = super.gobbleIdentifier();
    this.starts.set(node, start);
    return node;
  }

  /** Separated by single commas; none may be missing. */
  override gobbleArguments(termination: number): Node[] {
    const found: Node[] = [];
    this.gobbleSpaces();
    while (found.length > 0 || this.code !== termination) {
      const node = this.gobbleExpression();
      if (!node) this.throwError(this.#unexpected());
      found.push(node);
      if (this.code === termination) break;
      if (this.char !== ',') this.throwError(`Expected "," or "${String.fromCharCode(termination)}"`);
      this.index += 1;
    }
    this.index += 1;
    return found;
  }

  #prefixed(): Node | null {
    const not = this.#match(NOT);
    const operator = not ?? this.char;
    if (not === null && operator !== '!' && operator !== '-' && operator !== '+') return null;
    if (this.#match(STEP) !== null) this.throwError(this.#unexpected());
    this.index += operator.length;
    const argument = this.#nested(() => (not === null ? this.gobbleToken() : this.#comparison()));
    if (!argument) this.throwError(`An expression is missing after "${operator}"`);
    return { type: 'UnaryExpression', operator: not === null ? operator : '!', argument, prefix: true };
  }

  #comparison(): Node | undefined {
    const outer = this.#isWithinNot;
    this.#isWithinNot = true;
    const node = this.gobbleBinaryExpression();
    this.#isWithinNot = outer;
    return node;
  }

  #constructed(): Node | null {
    const word = this.#match(NEW);
    if (word === null) return null;
    const start = this.index;
    this.index += word.length;
    const { name } = this.gobbleIdentifier();
    if (this.char !== '(') this.throwError('Expected "("');
    this.index += 1;
    const node = {
      type: 'NewExpression',
      name: String(name),
      arguments: this.gobbleArguments(CLOSING_PARENTHESIS),
    };
    this.#startAt(node, start);
    return this.gobbleTokenProperty(node);
  }

  #startAt(node: Node, start: number): void {
    if (!this.starts.has(node)) this.starts.set(node, start);
  }

  /** jsep recurses, so depth is bounded before it does. */
  #nested<T>(parse: () => T): T {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) this.throwError(`More than ${MAX_NESTING} levels within each other`);
    const node = parse();
    this.#nesting -= 1;
    return node;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.index;
    return pattern.exec(this.expr)?.[0] ?? null;
  }

  #unexpected(): string {
    return this.char === '' ? 'The expression ends too early' : `Unexpected ${JSON.stringify(this.char)}`;
  }
}
