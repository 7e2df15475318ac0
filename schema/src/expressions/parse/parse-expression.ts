import type jsep from 'jsep';
import {
  type BinaryOperator,
  type CallStyle,
  type Expression,
  type ExpressionFault,
  type ExpressionNode,
  MAX_EXPRESSION_BYTES,
  MAX_TREE_DEPTH,
  type UnaryOperator,
} from '../expression.ts';
import { ExpressionParser, type NewExpression } from './expression-parser.ts';
import { SyntaxFault } from './syntax-fault.ts';
import { syntaxHint } from './syntax-hint.ts';
import { readTextLiteral } from './text-literal.ts';

export type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly fault: ExpressionFault };

/** The spellings of a dialect that mean an operator of the tree. */
const SYNONYMS: ReadonlyMap<string, BinaryOperator> = new Map([
  ['===', '=='],
  ['!==', '!='],
  ['and', '&&'],
  ['or', '||'],
]);
const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
  ['nil', null],
  ['undefined', null],
]);
/** Functions that expr-lang writes between their operands. */
const WORD_OPERATORS = new Map<string, { readonly style: CallStyle; readonly name: string }>([
  ['contains', { style: 'method', name: 'includes' }],
  ['startsWith', { style: 'function', name: 'startsWith' }],
  ['endsWith', { style: 'function', name: 'endsWith' }],
  ['matches', { style: 'function', name: 'matches' }],
]);
const NAME = /^[A-Za-z_$][\w$]*$/;

/** Reads an expression of a document, in either dialect. What its names mean is not looked at. */
export function parseExpression(text: string): ParsedExpression {
  // In UTF-16 units first, so that a large text is not even measured.
  if (text.length > MAX_EXPRESSION_BYTES || Buffer.byteLength(text) > MAX_EXPRESSION_BYTES) {
    return { ok: false, fault: { message: `Longer than ${MAX_EXPRESSION_BYTES} bytes`, position: 0 } };
  }
  const parser = new ExpressionParser(text);
  try {
    return { ok: true, expression: { text, root: new TreeReader(parser).read(parser.parse(), 0) } };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const { message, index: position } = error;
    const hint = syntaxHint(text, position);
    return { ok: false, fault: { message, position, ...(hint !== undefined && { hint }) } };
  }
}

type ParserNode = jsep.CoreExpression | NewExpression;

/** Makes the tree of jsep's; everything that the language does not have is refused here. */
class TreeReader {
  readonly #parser: ExpressionParser;

  constructor(parser: ExpressionParser) {
    this.#parser = parser;
  }

  read(given: jsep.Expression, depth: number): ExpressionNode {
    const node = given as ParserNode;
    const position = this.#start(given);
    if (depth > MAX_TREE_DEPTH)
      throw new SyntaxFault(`More than ${MAX_TREE_DEPTH} operators in a row`, position);
    const read = (inner: jsep.Expression) => this.read(inner, depth + 1);
    switch (node.type) {
      case 'Literal':
        return this.#literal(node, position);
      case 'Identifier':
        return this.#identifier(node, position);
      case 'ArrayExpression':
        return {
          kind: 'list',
          items: node.elements.flatMap((item) => (item === null ? [] : [read(item)])),
          position,
        };
      case 'MemberExpression':
        return this.#member(node, depth, position);
      case 'CallExpression':
        return this.#call(node, depth, position);
      case 'NewExpression':
        return { kind: 'call', style: 'new', name: node.name, operands: node.arguments.map(read), position };
      case 'UnaryExpression':
        return {
          kind: 'unary',
          operator: node.operator as UnaryOperator,
          operand: read(node.argument),
          position,
        };
      case 'BinaryExpression': {
        const call = WORD_OPERATORS.get(node.operator);
        if (call !== undefined)
          return { kind: 'call', ...call, operands: [read(node.left), read(node.right)], position };
        if (node.operator.startsWith('not ') && node.operator !== 'not in') {
          const operator = node.operator.slice('not '.length);
          return { kind: 'unary', operator: '!', operand: this.read({ ...node, operator }, depth), position };
        }
        const operator = SYNONYMS.get(node.operator) ?? (node.operator as BinaryOperator);
        return { kind: 'binary', operator, left: read(node.left), right: read(node.right), position };
      }
      case 'ConditionalExpression': {
        const [test, whenTrue, whenFalse] = [read(node.test), read(node.consequent), read(node.alternate)];
        return { kind: 'conditional', test, whenTrue, whenFalse, position };
      }
      default:
        throw new SyntaxFault(
          node.type === 'ThisExpression' ? '"this" means nothing here' : 'No expression',
          position,
        );
    }
  }

  #literal(node: jsep.Literal, position: number): ExpressionNode {
    const { value, raw } = node;
    if (typeof value === 'number') return { kind: 'number', text: raw, position };
    const text = readTextLiteral(raw);
    if (text.ok) return { kind: 'literal', value: text.value, position };
    throw new SyntaxFault(text.problem, position + text.offset);
  }

  #identifier(node: jsep.Identifier, position: number): ExpressionNode {
    const name = this.#name(node);
    const constant = CONSTANTS.get(name);
    return constant === undefined
      ? { kind: 'variable', name, position }
      : { kind: 'literal', value: constant, position };
  }

  #member(node: jsep.MemberExpression, depth: number, start: number): ExpressionNode {
    const object = this.read(node.object, depth + 1);
    if (!node.computed) {
      return {
        kind: 'member',
        object,
        name: this.#name(node.property),
        position: this.#start(node.property),
      };
    }
    const index = this.read(node.property, depth + 1);
    const isName = index.kind === 'literal' && typeof index.value === 'string';
    if (isName) return { kind: 'member', object, name: String(index.value), position: index.position };
    return { kind: 'index', object, index, position: start };
  }

  #call(node: jsep.CallExpression, depth: number, position: number): ExpressionNode {
    const operands = node.arguments.map((operand) => this.read(operand, depth + 1));
    const callee = node.callee as ParserNode;
    if (callee.type === 'Identifier') {
      return { kind: 'call', style: 'function', name: this.#name(callee), operands, position };
    }
    if (callee.type !== 'MemberExpression' || callee.computed) {
      throw new SyntaxFault('Only functions with a name can be called', position);
    }
    const name = this.#name(callee.property);
    const object = this.read(callee.object, depth + 1);
    return {
      kind: 'call',
      style: 'method',
      name,
      operands: [object, ...operands],
      position: this.#start(callee.property),
    };
  }

  #name(node: jsep.Expression): string {
    const name = String(node['name']);
    if (NAME.test(name)) return name;
    throw new SyntaxFault(`${JSON.stringify(name)} is no name`, this.#start(node));
  }

  /** What operators join, and what a name or call follows, begins where its first part does. */
  #start(given: jsep.Expression): number {
    let node: unknown = given;
    while (typeof node === 'object' && node !== null) {
      const start = this.#parser.starts.get(node);
      if (start !== undefined) return start;
      const { left, object, callee, test } = node as Record<string, unknown>;
      node = left ?? object ?? callee ?? test;
    }
    return 0;
  }
}
