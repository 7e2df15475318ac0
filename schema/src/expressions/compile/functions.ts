/** What expressions can call, by the names of both dialects. */

import { type CallStyle, ExpressionError } from '../expression.ts';
import type { ExpressionShape } from '../expression-shape.ts';
import { requireNumber } from '../values/arithmetic.ts';
import type { Evaluation } from '../values/evaluation.ts';
import { calculate, orderNumbers } from '../values/exact-number.ts';
import { type ExpressionValue, kindOf, kindPhrase, type ValueKind } from '../values/expression-value.ts';
import { Moment } from '../values/moment.ts';
import { isContained } from '../values/value-order.ts';
import type { TextPattern } from './pattern.ts';

export interface ExpressionFunction {
  /** Of a method, what it is called on counts. */
  readonly operands: { readonly min: number; readonly max: number };
  /** Kinds of each operand, beside null; absent for one of any kind. */
  readonly takes: readonly (readonly ValueKind[])[];
  readonly result: ExpressionShape;
  readonly apply: (operands: readonly ExpressionValue[], evaluation: Evaluation) => ExpressionValue;
}

export const TEXT: readonly ValueKind[] = ['text'];
const HOLDING: readonly ValueKind[] = ['text', 'list', 'object'];
const DATED: readonly ValueKind[] = ['text', 'date', 'number'];

/** Nothing comes of null: what gives a value gives null, and what tests gives false. */
function ofText(name: string, change: (text: string) => string): ExpressionFunction {
  return {
    operands: { min: 1, max: 1 },
    takes: [TEXT],
    result: 'string',
    apply: ([value = null], evaluation) => {
      if (value === null) return null;
      const text = requireText(name, value);
      evaluation.spend(text.length);
      return evaluation.built(change(text));
    },
  };
}

function ofTwoTexts(name: string, test: (text: string, part: string) => boolean): ExpressionFunction {
  return {
    operands: { min: 2, max: 2 },
    takes: [TEXT, TEXT],
    result: 'boolean',
    apply: ([text = null, part = null], evaluation) => {
      if (text === null || part === null) return false;
      const [whole, tested] = [requireText(name, text), requireText(name, part)];
      evaluation.spend(tested.length);
      return test(whole, tested);
    },
  };
}

/** @throws ExpressionError for all but texts */
function requireText(user: string, value: ExpressionValue): string {
  if (typeof value === 'string') return value;
  throw new ExpressionError(`${user}() does not take ${kindPhrase(value)}`);
}

/** Nothing of null is found. A pattern takes time in proportion to its size, too. */
export function matchRun(
  tested: (evaluation: Evaluation) => ExpressionValue,
  { size, test }: TextPattern,
): (evaluation: Evaluation) => boolean {
  return (evaluation) => {
    const value = tested(evaluation);
    if (value === null) return false;
    const text = requireText('matches', value);
    evaluation.spend(text.length * size);
    return test(text);
  };
}

/** Code points of a text, items of a list, names of an object. @throws ExpressionError for other kinds */
export function lengthOf(value: ExpressionValue, evaluation: Evaluation): number | null {
  if (value === null) return null;
  if (typeof value === 'string') {
    evaluation.spend(value.length);
    let length = 0;
    for (const _ of value) length += 1;
    return length;
  }
  if (Array.isArray(value)) return value.length;
  if (kindOf(value) !== 'object') throw new ExpressionError(`${kindPhrase(value)} has no length`);
  return Object.keys(value).length;
}

function currentInstant(evaluation: Evaluation): Moment {
  return Moment.at(evaluation.variables.now.getTime());
}

function dateOf(value: ExpressionValue): Moment | null {
  if (value === null || value instanceof Moment) return value;
  if (typeof value === 'number') return Moment.at(value);
  const moment = typeof value === 'string' ? Moment.of(value) : null;
  if (moment !== null) return moment;
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindPhrase(value);
  throw new ExpressionError(`${shown} is no date`);
}

const ONE = { min: 1, max: 1 };
const LOWER = ofText('lower', (text) => text.toLowerCase());
const UPPER = ofText('upper', (text) => text.toUpperCase());
const TRIM = ofText('trim', (text) => text.trim());
const STARTS_WITH = ofTwoTexts('startsWith', (text, part) => text.startsWith(part));
const ENDS_WITH = ofTwoTexts('endsWith', (text, part) => text.endsWith(part));
const ABS: ExpressionFunction = {
  operands: ONE,
  takes: [['number']],
  result: 'decimal',
  apply: ([value = null]) => {
    if (value === null) return null;
    const number = requireNumber('abs', value);
    return orderNumbers(number, 0) < 0 ? calculate('-', 0, number) : number;
  },
};
const LEN: ExpressionFunction = {
  operands: ONE,
  takes: [HOLDING],
  result: 'int',
  apply: ([value = null], evaluation) => lengthOf(value, evaluation),
};
const INCLUDES: ExpressionFunction = {
  operands: { min: 2, max: 2 },
  takes: [HOLDING],
  result: 'boolean',
  apply: ([container = null, item = null], evaluation) => isContained(item, container, evaluation),
};
const NOW: ExpressionFunction = {
  operands: { min: 0, max: 0 },
  takes: [],
  result: 'timestamp',
  apply: (_operands, evaluation) => currentInstant(evaluation),
};
const DATE: ExpressionFunction = {
  operands: ONE,
  takes: [DATED],
  result: 'timestamp',
  apply: ([value = null]) => dateOf(value),
};
const NEW_DATE: ExpressionFunction = {
  operands: { min: 0, max: 1 },
  takes: [DATED],
  result: 'timestamp',
  apply: ([value], evaluation) => (value === undefined ? currentInstant(evaluation) : dateOf(value)),
};
const GET_TIME: ExpressionFunction = {
  operands: ONE,
  takes: [['date']],
  result: 'decimal',
  apply: ([value = null]) => {
    if (value instanceof Moment) return value.milliseconds;
    if (value === null) return null;
    throw new ExpressionError(`getTime() does not take ${kindPhrase(value)}`);
  },
};

/** `matches(x, 'pattern')` is not among them: its pattern is read before any evaluation. */
export const FUNCTIONS: Readonly<Record<CallStyle, ReadonlyMap<string, ExpressionFunction>>> = {
  function: new Map([
    ['abs', ABS],
    ['lower', LOWER],
    ['upper', UPPER],
    ['trim', TRIM],
    ['startsWith', STARTS_WITH],
    ['endsWith', ENDS_WITH],
    ['len', LEN],
    ['date', DATE],
    ['now', NOW],
  ]),
  method: new Map([
    ['toLowerCase', LOWER],
    ['toUpperCase', UPPER],
    ['trim', TRIM],
    ['startsWith', STARTS_WITH],
    ['endsWith', ENDS_WITH],
    ['includes', INCLUDES],
    ['getTime', GET_TIME],
  ]),
  new: new Map([['Date', NEW_DATE]]),
};
