import { didYouMean, didYouMeanOf } from '../../document/faults/nearest-name.ts';
import {
  type Expression,
  ExpressionError,
  type ExpressionFault,
  type ExpressionNode,
} from '../expression.ts';
import { ANY_SHAPE, commonShape, type ExpressionScope } from '../expression-shape.ts';
import { negated, requireNumber } from '../values/arithmetic.ts';
import { Evaluation, type ExpressionVariables } from '../values/evaluation.ts';
import { readNumber } from '../values/exact-number.ts';
import { isTruthy, plainValue, readerOf } from '../values/expression-value.ts';
import { ownMember } from '../values/value-order.ts';
import { compileIndex, compileMember, hasLength, hasMembers } from './compile-members.ts';
import { type Compiled, compileBinary, constant } from './compile-operators.ts';
import { FUNCTIONS, matchRun } from './functions.ts';
import { readPattern } from './pattern.ts';

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

/** Of one expression: to read a pattern may take milliseconds. */
const MAX_PATTERNS = 10;

type NodeOf<Kind extends ExpressionNode['kind']> = Extract<ExpressionNode, { kind: Kind }>;

/** Faults are found while closures are made, since both need to know what names mean. */
class Compiler {
  readonly faults: ExpressionFault[] = [];
  readonly #scope: ExpressionScope;
  #patterns = 0;

  constructor(scope: ExpressionScope) {
    this.#scope = scope;
  }

  compile(node: ExpressionNode): Compiled {
    switch (node.kind) {
      case 'literal':
        return constant(node.value, typeof node.value === 'string' ? 'string' : ANY_SHAPE);
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
        return node.style === 'function' && node.name === 'matches' ? this.#matches(node) : this.#call(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return compileBinary(node.operator, this.compile(node.left), this.compile(node.right));
      case 'conditional':
        return this.#conditional(node);
      default:
        return node satisfies never;
    }
  }

  #fault({ position }: ExpressionNode, message: string, hint?: string): Compiled {
    this.faults.push({ message, position, ...(hint !== undefined && { hint }) });
    return constant(null, ANY_SHAPE);
  }

  #number(node: NodeOf<'number'>): Compiled {
    const value = readNumber(node.text);
    return value === null ? this.#fault(node, 'The number has too many digits') : constant(value, 'decimal');
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
    if (shape === undefined) {
      const hint = name === 'now' ? 'Write now()' : didYouMeanOf('Known', name, this.#scope.keys());
      return this.#fault(node, `Unknown variable ${JSON.stringify(name)}`, hint);
    }
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
      return this.#fault(
        node,
        `Unknown ${of.member} ${JSON.stringify(name)}`,
        didYouMean(name, of.members.keys()),
      );
    }
    if (hasLength(of) && name === 'length') return compileMember(object, name, 'int');
    if (hasMembers(of)) return compileMember(object, name, ANY_SHAPE);
    const what = typeof of === 'string' ? `A value of type ${of}` : 'A list';
    const hint = hasLength(of) ? didYouMeanOf('Known', name, ['length']) : undefined;
    return this.#fault(node, `${what} has no ${JSON.stringify(name)}`, hint);
  }

  #index(node: NodeOf<'index'>): Compiled {
    const [object, index] = [this.compile(node.object), this.compile(node.index)];
    const { shape } = object;
    if (typeof shape !== 'string' || hasMembers(shape)) return compileIndex(object, index);
    return this.#fault(node, `A value of type ${shape} has no items`);
  }

  #unary({ operator, operand }: NodeOf<'unary'>): Compiled {
    const { run } = this.compile(operand);
    if (operator === '!') return { run: (e) => !isTruthy(run(e)), shape: 'boolean' };
    if (operator === '-') return { run: (e) => negated(run(e)), shape: 'decimal' };
    return { run: (e) => requireNumber('+', run(e)), shape: 'decimal' };
  }

  #conditional(node: NodeOf<'conditional'>): Compiled {
    const test = this.compile(node.test);
    const [yes, no] = [this.compile(node.whenTrue), this.compile(node.whenFalse)];
    const shape = commonShape(yes.shape, no.shape);
    return { shape, run: (e) => (isTruthy(test.run(e)) ? yes.run(e) : no.run(e)) };
  }

  #call(node: NodeOf<'call'>): Compiled {
    const runs = node.operands.map((operand) => this.compile(operand).run);
    const known = FUNCTIONS[node.style];
    const called = known.get(node.name);
    const what = node.style === 'new' ? 'constructor' : node.style;
    if (called === undefined) {
      const names = node.style === 'function' ? [...known.keys(), 'matches'] : known.keys();
      return this.#fault(
        node,
        `Unknown ${what} ${JSON.stringify(node.name)}`,
        didYouMeanOf('Known', node.name, names),
      );
    }
    const { min, max } = called.operands;
    const own = node.style === 'method' ? 1 : 0;
    if (runs.length < min || runs.length > max) {
      const wanted = min === max ? `${min - own}` : `${min - own} to ${max - own}`;
      return this.#fault(
        node,
        `${node.name}() takes ${wanted === '1' ? '1 argument' : `${wanted} arguments`}, not ${runs.length - own}`,
      );
    }
    const operandsOf = (e: Evaluation) => runs.map((run) => run(e));
    return { shape: called.result, run: (e) => called.apply(operandsOf(e), e) };
  }

  /** The pattern is a text of the expression itself: to read one takes time, and it may be wrong. */
  #matches(node: NodeOf<'call'>): Compiled {
    const [tested, pattern] = node.operands;
    if (tested === undefined || pattern === undefined || node.operands.length > 2) {
      return this.#fault(node, `matches() takes 2 arguments, not ${node.operands.length}`);
    }
    const { run } = this.compile(tested);
    if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') {
      return this.#fault(pattern, 'The pattern of matches() must be a text in quotes');
    }
    this.#patterns += 1;
    if (this.#patterns > MAX_PATTERNS) return this.#fault(node, `More than ${MAX_PATTERNS} patterns`);
    const read = readPattern(pattern.value);
    if (!read.ok) return this.#fault(pattern, read.problem);
    return { shape: 'boolean', run: matchRun(run, read.pattern) };
  }
}
