import type { BinaryOperator } from '../expression.ts';
import { commonShape, type ExpressionShape } from '../expression-shape.ts';
import { arithmetic } from '../values/arithmetic.ts';
import type { Evaluation } from '../values/evaluation.ts';
import { type ExpressionValue, isTruthy } from '../values/expression-value.ts';
import { areEqual, isContained, orderOf } from '../values/value-order.ts';
import { arithmeticShape, kindOfShape } from './static-kinds.ts';

export type Run = (evaluation: Evaluation) => ExpressionValue;

/** A part of an expression that can be evaluated, and what is known of its value. */
export interface Compiled {
  readonly run: Run;
  readonly shape: ExpressionShape;
}

export function constant(value: ExpressionValue, shape: ExpressionShape): Compiled {
  return { shape, run: () => value };
}

export function compileBinary(operator: BinaryOperator, left: Compiled, right: Compiled): Compiled {
  const [a, b] = [left.run, right.run];
  switch (operator) {
    case '&&':
      return either(left, right, (e) => {
        const value = a(e);
        return isTruthy(value) ? b(e) : value;
      });
    case '||':
      return either(left, right, (e) => {
        const value = a(e);
        return isTruthy(value) ? value : b(e);
      });
    case '??':
      return either(left, right, (e) => a(e) ?? b(e));
    case '==':
      return test((e) => areEqual(a(e), b(e), e));
    case '!=':
      return test((e) => !areEqual(a(e), b(e), e));
    case '<':
      return ordered(left, right, (order) => order < 0);
    case '<=':
      return ordered(left, right, (order) => order <= 0);
    case '>':
      return ordered(left, right, (order) => order > 0);
    case '>=':
      return ordered(left, right, (order) => order >= 0);
    case 'in':
      return test((e) => isContained(a(e), b(e), e));
    case 'not in':
      return test((e) => !isContained(a(e), b(e), e));
    default:
      return {
        shape: arithmeticShape(operator, kindOfShape(left.shape), kindOfShape(right.shape)),
        run: (e) => arithmetic(operator, a(e), b(e), e),
      };
  }
}

function test(run: Run): Compiled {
  return { shape: 'boolean', run };
}

function either(left: Compiled, right: Compiled, run: Run): Compiled {
  return { shape: commonShape(left.shape, right.shape), run };
}

/** False where two values have no order. */
function ordered(left: Compiled, right: Compiled, accept: (order: number) => boolean): Compiled {
  const [a, b] = [left.run, right.run];
  return test((e) => {
    const order = orderOf(a(e), b(e), e);
    return order !== null && accept(order);
  });
}
