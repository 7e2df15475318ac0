import { type ArithmeticOperator, ExpressionError } from '../expression.ts';
import type { Evaluation } from './evaluation.ts';
import { calculate, type ExpressionNumber } from './exact-number.ts';
import { type ExpressionValue, isNumber, joinedText, kindPhrase, nullAdvice } from './expression-value.ts';
import { Moment } from './moment.ts';

/** Of two numbers with up to 1,000 digits each. */
const EXACT_WORK = 500;

/**
 * Numbers give a number. `+` joins texts, and numbers, booleans and dates to a text. Two dates subtracted give
 * milliseconds; a date and milliseconds give a date. @throws ExpressionError for everything else, null included
 */
export function arithmetic(
  operator: ArithmeticOperator,
  left: ExpressionValue,
  right: ExpressionValue,
  evaluation: Evaluation,
): ExpressionValue {
  if (isNumber(left) && isNumber(right)) {
    if (typeof left !== 'number' || typeof right !== 'number') evaluation.spend(EXACT_WORK);
    return calculate(operator, left, right);
  }
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) {
    const joined = evaluation.built(joinedText(left) + joinedText(right));
    evaluation.spend(joined.length);
    return joined;
  }
  if (operator === '-' && left instanceof Moment && right instanceof Moment) {
    return left.milliseconds - right.milliseconds;
  }
  if (left instanceof Moment && isNumber(right) && (operator === '+' || operator === '-')) {
    const distance = milliseconds(right);
    return Moment.at(operator === '+' ? left.milliseconds + distance : left.milliseconds - distance);
  }
  const advice = nullAdvice(left) || nullAdvice(right);
  throw new ExpressionError(
    `"${operator}" does not take ${kindPhrase(left)} and ${kindPhrase(right)}${advice}`,
  );
}

/** @throws ExpressionError for all but numbers */
export function negated(value: ExpressionValue): ExpressionNumber {
  return calculate('-', 0, requireNumber('-', value));
}

/** @throws ExpressionError for all but numbers */
export function requireNumber(user: string, value: ExpressionValue): ExpressionNumber {
  if (isNumber(value)) return value;
  throw new ExpressionError(`"${user}" does not take ${kindPhrase(value)}${nullAdvice(value)}`);
}

function milliseconds(number: ExpressionNumber): number {
  if (typeof number === 'number') return number;
  throw new ExpressionError('A date lies too far away');
}
