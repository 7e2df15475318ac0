/** What the shapes of operands tell before any evaluation: what can only fail, and what can never be true. */
import type { ArithmeticOperator, BinaryOperator } from '../expression.ts';
import { ANY_SHAPE, type ExpressionShape } from '../expression-shape.ts';
import { phraseOf, type ValueKind } from '../values/expression-value.ts';

/** The kind of every value of a shape that is not null; null where values of several kinds have it. */
export function kindOfShape(shape: ExpressionShape): ValueKind | null {
  if (typeof shape !== 'string') return shape.kind;
  switch (shape) {
    case 'string':
    case 'uuid':
      return 'text';
    case 'int':
    case 'bigint':
    case 'float':
    case 'decimal':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'date':
    case 'timestamp':
      return 'date';
    case 'file':
      return 'object';
    case 'json':
      return null;
    default:
      return shape satisfies never;
  }
}

type Kind = ValueKind | null;

/** Why an operator fails, or is false, whatever the values of these kinds are; null when it need not be so. */
export function operatorProblem(operator: BinaryOperator, left: Kind, right: Kind): string | null {
  switch (operator) {
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const unordered = [left, right].find((kind) => kind !== null && !ORDERED.has(kind));
      return unordered ? `"${operator}" does not order ${phraseOf(unordered)}` : null;
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return resultsOf(operator, left, right).size > 0 ? null : calculationProblem(operator, left, right);
    case 'in':
    case 'not in':
      return right === null || HOLDING.has(right) ? null : `Nothing can be in ${phraseOf(right)}`;
    default:
      return null;
  }
}

const ORDERED: ReadonlySet<ValueKind> = new Set(['number', 'text', 'date']);
const HOLDING: ReadonlySet<ValueKind> = new Set(['text', 'list', 'object']);
/** What `+` joins to a text. */
const JOINED: readonly ValueKind[] = ['text', 'number', 'boolean', 'date'];
/** Kinds that can be calculated with, and the shape of the result. */
const CALCULATED: Readonly<
  Record<ArithmeticOperator, readonly (readonly [ValueKind, ValueKind, ExpressionShape])[]>
> = {
  '+': [
    ['number', 'number', 'decimal'],
    ['date', 'number', 'timestamp'],
    ...JOINED.map((kind) => ['text', kind, 'string'] as const),
    ...JOINED.map((kind) => [kind, 'text', 'string'] as const),
  ],
  '-': [
    ['number', 'number', 'decimal'],
    ['date', 'number', 'timestamp'],
    ['date', 'date', 'decimal'],
  ],
  '*': [['number', 'number', 'decimal']],
  '/': [['number', 'number', 'decimal']],
  '%': [['number', 'number', 'decimal']],
};

/** Shapes that a result may have. A kind that is not known may be any. */
function resultsOf(operator: ArithmeticOperator, left: Kind, right: Kind): ReadonlySet<ExpressionShape> {
  const possible = CALCULATED[operator].filter(
    ([a, b]) => (left === null || left === a) && (right === null || right === b),
  );
  return new Set(possible.map(([, , shape]) => shape));
}

export function arithmeticShape(operator: ArithmeticOperator, left: Kind, right: Kind): ExpressionShape {
  const [only = ANY_SHAPE, ...others] = resultsOf(operator, left, right);
  return others.length > 0 ? ANY_SHAPE : only;
}

function calculationProblem(operator: string, left: Kind, right: Kind): string {
  const taken = [left, right].flatMap((kind) => (kind === null ? [] : [phraseOf(kind)]));
  return `"${operator}" does not take ${taken.join(' and ')}`;
}

/** Why a comparison has the same result for all values of these kinds; null when it need not. */
export function comparisonDoubt(operator: BinaryOperator, left: Kind, right: Kind): string | null {
  const result = COMPARED.get(operator);
  if (result === undefined || left === null || right === null || left === right) return null;
  if (TIMES.has(left) && TIMES.has(right)) return null;
  return `"${operator}" is always ${result} between ${phraseOf(left)} and ${phraseOf(right)}`;
}

/** What operators give for two values of different kinds. */
const COMPARED: ReadonlyMap<BinaryOperator, boolean> = new Map([
  ['==', false],
  ['!=', true],
  ['<', false],
  ['<=', false],
  ['>', false],
  ['>=', false],
]);
/** Texts may name dates. */
const TIMES: ReadonlySet<ValueKind> = new Set(['text', 'date']);
