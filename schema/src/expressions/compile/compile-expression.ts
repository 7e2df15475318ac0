import { didYouMean, didYouMeanOf } from '../../document/faults/nearest-name.ts';
import {
  type BinaryOperator,
  type Expression,
  ExpressionError,
  type ExpressionFault,
  type ExpressionNode,
} from '../expression.ts';
import { ANY_SHAPE, commonShape, type ExpressionScope, type ExpressionShape } from '../expression-shape.ts';
import { negated, requireNumber } from '../values/arithmetic.ts';
import { Evaluation, type ExpressionVariables } from '../values/evaluation.ts';
import { readNumber } from '../values/exact-number.ts';
import { isTruthy, phraseOf, plainValue, readerOf, type ValueKind } from '../values/expression-value.ts';
import { ownMember } from '../values/value-order.ts';
import { type CallCompiler, compileCall } from './compile-calls.ts';
import { compileIndex, compileMember, hasLength, hasMembers } from './compile-members.ts';
import { type Compiled, compileBinary, constant } from './compile-operators.ts';
import { comparisonDoubt, kindOfShape, operatorProblem } from './static-kinds.ts';
import { variableHint } from './unknown-names.ts';

/**
 * Gives the value of an expression: null, booleans, texts, lists and objects as they are; numbers as numbers, or as
 * `RawNumber` beyond 15 digits; dates as they were written, or else in ISO 8601. `Boolean` of it is its truth.
 * @throws ExpressionError when there is none
 */
export type EvaluateExpression = (variables: ExpressionVariables) => unknown;

/** What is wrong with an expression for these variables, in the order of its text. Empty when it can be compiled. */
export function checkExpression(expression: Expression, scope: ExpressionScope): readonly ExpressionFault[] {
  const compiler = new Compiler(scope);
  compiler.compile(expression.root);
  return compiler.faults.toSorted((a, b) => a.position - b.position);
}

/** What a faultless expression says that can never be meant, such as to compare a number with a text. */
export function doubtsOf(expression: Expression, scope: ExpressionScope): readonly ExpressionFault[] {
  const compiler = new Compiler(scope);
  compiler.compile(expression.root);
  return compiler.doubts.toSorted((a, b) => a.position - b.position);
}

/** The kind of every value that a faultless expression gives, beside null; null where it may be of several. */
export function resultKind(expression: Expression, scope: ExpressionScope): ValueKind | null {
  return kindOfShape(new Compiler(scope).compile(expression.root).shape);
}

/**
 * Only own properties of the variables are ever read, so what they inherit does not exist.
 * @throws ExpressionError for an expression with faults: see {@link checkExpression}
 */
export function compileExpression(expression: Expression, scope: ExpressionScope): EvaluateExpression {
  const compiler = new Compiler(scope);
  const { run } = compiler.compile(expression.root);
  const [fault] = compiler.faults;
  if (fault !== undefined) throw new ExpressionError(`${fault.message} (at ${fault.position})`);
  return (variables) => plainValue(run(new Evaluation(variables)));
}

const DOUBT_HINT = 'Numbers, true and false are written without quotes';
const CHAIN_HINT = 'Compare twice: a < b && b < c';

type NodeOf<Kind extends ExpressionNode['kind']> = Extract<ExpressionNode, { kind: Kind }>;

function shapeOfLiteral(value: null | boolean | string): ExpressionShape {
  if (value === null) return ANY_SHAPE;
  return typeof value === 'string' ? 'string' : 'boolean';
}

function isEmptyText(node: ExpressionNode): boolean {
  return node.kind === 'literal' && node.value === '';
}

function isOrder(operator: BinaryOperator): boolean {
  return operator.startsWith('<') || operator.startsWith('>');
}

/** Faults are found while closures are made, since both need to know what names mean. */
class Compiler implements CallCompiler {
  readonly faults: ExpressionFault[] = [];
  readonly #scope: ExpressionScope;
  readonly doubts: ExpressionFault[] = [];
  patterns = 0;

  constructor(scope: ExpressionScope) {
    this.#scope = scope;
  }

  compile(node: ExpressionNode): Compiled {
    switch (node.kind) {
      case 'literal':
        return constant(node.value, shapeOfLiteral(node.value));
      case 'number':
        return this.#number(node);
      case 'list':
        return this.#list(node);
      case 'variable':
        return this.#variable(node);
      case 'member':
        return this.#member(node);
      case 'index':
        return this.#index(node);
      case 'call':
        return compileCall(node, this);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node);
      case 'conditional':
        return this.#conditional(node);
      default:
        return node satisfies never;
    }
  }

  fault({ position }: ExpressionNode, message: string, hint?: string): Compiled {
    this.faults.push({ message, position, ...(hint !== undefined && { hint }) });
    return constant(null, ANY_SHAPE);
  }

  #number(node: NodeOf<'number'>): Compiled {
    const value = readNumber(node.text);
    return value === null ? this.fault(node, 'The number has too many digits') : constant(value, 'decimal');
  }

  #list({ items }: NodeOf<'list'>): Compiled {
    const runs = items.map((item) => this.compile(item).run);
    const isConstant = items.every(({ kind }) => kind === 'literal' || kind === 'number');
    if (!isConstant) return { run: (e) => runs.map((run) => run(e)), shape: { kind: 'list', of: ANY_SHAPE } };
    const nothing = new Evaluation({ now: new Date(0) });
    return constant(Object.freeze(runs.map((run) => run(nothing))), { kind: 'list', of: ANY_SHAPE });
  }

  #variable(node: NodeOf<'variable'>): Compiled {
    const { name } = node;
    const shape = this.#scope.get(name);
    if (shape === undefined)
      return this.fault(node, `Unknown variable ${JSON.stringify(name)}`, variableHint(name, this.#scope));
    const read = readerOf(shape);
    return { shape, run: (e) => read(ownMember(e.variables, name)) };
  }

  #member(node: NodeOf<'member'>): Compiled {
    const object = this.compile(node.object);
    const { shape: of } = object;
    const { name } = node;
    if (typeof of !== 'string' && of.kind === 'object') {
      const shape = of.members.get(name);
      if (shape !== undefined) return compileMember(object, name, shape);
      return this.fault(
        node,
        `Unknown ${of.member} ${JSON.stringify(name)}`,
        didYouMean(name, of.members.keys()),
      );
    }
    if (hasLength(of) && name === 'length') return compileMember(object, name, 'int');
    if (hasMembers(of)) return compileMember(object, name, ANY_SHAPE);
    const what = typeof of === 'string' ? `A value of type ${of}` : 'A list';
    const hint = hasLength(of) ? didYouMeanOf('Known', name, ['length']) : undefined;
    return this.fault(node, `${what} has no ${JSON.stringify(name)}`, hint);
  }

  #index(node: NodeOf<'index'>): Compiled {
    const [object, index] = [this.compile(node.object), this.compile(node.index)];
    const { shape } = object;
    if (typeof shape !== 'string' || hasMembers(shape)) return compileIndex(object, index);
    return this.fault(node, `A value of type ${shape} has no items`);
  }

  #binary(node: NodeOf<'binary'>): Compiled {
    const { operator } = node;
    const [left, right] = [this.compile(node.left), this.compile(node.right)];
    const kinds = [kindOfShape(left.shape), kindOfShape(right.shape)] as const;
    const problem = operatorProblem(operator, ...kinds);
    if (problem === null) {
      // The empty text is what people compare values of all kinds with.
      const doubt =
        isEmptyText(node.left) || isEmptyText(node.right) ? null : comparisonDoubt(operator, ...kinds);
      if (doubt !== null) this.doubts.push({ message: doubt, position: node.position, hint: DOUBT_HINT });
      return compileBinary(operator, left, right);
    }
    const isChain = [node.left, node.right].some((side) => side.kind === 'binary' && isOrder(side.operator));
    return this.fault(node, problem, isChain && isOrder(operator) ? CHAIN_HINT : undefined);
  }

  #unary({ operator, operand }: NodeOf<'unary'>): Compiled {
    const { run, shape } = this.compile(operand);
    if (operator === '!') return { run: (e) => !isTruthy(run(e)), shape: 'boolean' };
    const kind = kindOfShape(shape);
    if (kind !== null && kind !== 'number')
      return this.fault(operand, `"${operator}" does not take ${phraseOf(kind)}`);
    if (operator === '-') return { run: (e) => negated(run(e)), shape: 'decimal' };
    return { run: (e) => requireNumber('+', run(e)), shape: 'decimal' };
  }

  #conditional(node: NodeOf<'conditional'>): Compiled {
    const test = this.compile(node.test);
    const [yes, no] = [this.compile(node.whenTrue), this.compile(node.whenFalse)];
    const shape = commonShape(yes.shape, no.shape);
    return { shape, run: (e) => (isTruthy(test.run(e)) ? yes.run(e) : no.run(e)) };
  }
}
