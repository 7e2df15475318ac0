/** Equality and order of values. Kinds are never turned into each other, except that texts may name dates. */
import { compareTexts } from '../../filter/compare-values.ts';
import { ExpressionError } from '../expression.ts';
import type { Evaluation } from './evaluation.ts';
import { orderNumbers } from './exact-number.ts';
import { anyValue, type ExpressionValue, isNumber, kindPhrase } from './expression-value.ts';
import { Moment } from './moment.ts';

/** Of lists and objects within each other. */
const MAX_COMPARED_DEPTH = 200;
/** Of a text that may name a date. */
const DATE_WORK = 20;

/** Below zero, zero or above it; null where two values have no order: of different kinds, of null, of lists. */
export function orderOf(
  left: ExpressionValue,
  right: ExpressionValue,
  evaluation: Evaluation,
): number | null {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') {
    evaluation.spend(Math.min(left.length, right.length));
    return compareTexts(left, right);
  }
  if (isNumber(left) && isNumber(right)) return orderNumbers(left, right);
  if (!(left instanceof Moment || right instanceof Moment)) return null;
  evaluation.spend(DATE_WORK);
  const [a, b] = [momentOf(left), momentOf(right)];
  return a === null || b === null ? null : a.milliseconds - b.milliseconds;
}

function momentOf(value: ExpressionValue): Moment | null {
  if (value instanceof Moment) return value;
  return typeof value === 'string' ? Moment.of(value) : null;
}

/** Lists and objects are equal when what they hold is. */
export function areEqual(
  left: ExpressionValue,
  right: ExpressionValue,
  evaluation: Evaluation,
  depth = 0,
): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    evaluation.spend(1);
    return left === right;
  }
  if (left === null || right === null || typeof left === 'boolean') return left === right;
  if (typeof left !== 'object' || typeof right !== 'object' || isNumber(left) || left instanceof Moment) {
    return orderOf(left, right, evaluation) === 0;
  }
  if (isNumber(right) || right instanceof Moment) return false;
  if (depth > MAX_COMPARED_DEPTH) throw new ExpressionError('Values are too deep to be compared');
  return Array.isArray(left)
    ? Array.isArray(right) && areListsEqual(left, right, evaluation, depth)
    : !Array.isArray(right) && areObjectsEqual(left, right, evaluation, depth);
}

type Items = readonly unknown[];

function areListsEqual(left: Items, right: Items, evaluation: Evaluation, depth: number): boolean {
  evaluation.spend(left.length);
  if (left.length !== right.length) return false;
  return left.every((item, index) => areEqual(anyValue(item), anyValue(right[index]), evaluation, depth + 1));
}

function areObjectsEqual(left: object, right: object, evaluation: Evaluation, depth: number): boolean {
  const names = Object.keys(left);
  evaluation.spend(names.length);
  if (names.length !== Object.keys(right).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(right, name) &&
      areEqual(anyValue(ownMember(left, name)), anyValue(ownMember(right, name)), evaluation, depth + 1),
  );
}

/** Null for what is not the value's own, so that nothing of a prototype is ever read. */
export function ownMember(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? Reflect.get(object, name) : null;
}

/** `item in container`: of a list, a text within a text, a name of an object. Nothing is in null. */
export function isContained(
  item: ExpressionValue,
  container: ExpressionValue,
  evaluation: Evaluation,
): boolean {
  if (container === null) return false;
  if (typeof container === 'string') {
    evaluation.spend(container.length);
    return typeof item === 'string' && container.includes(item);
  }
  if (Array.isArray(container)) {
    evaluation.spend(container.length);
    return container.some((member) => areEqual(anyValue(member), item, evaluation));
  }
  const isPlain = typeof container === 'object' && !isNumber(container) && !(container instanceof Moment);
  if (isPlain) return typeof item === 'string' && Object.hasOwn(container, item);
  throw new ExpressionError(`Nothing can be in ${kindPhrase(container)}`);
}
