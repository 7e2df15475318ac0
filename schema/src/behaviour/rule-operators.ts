/** The operators of field rules: which fields they check, what they take, and what breaks them. */
import { z } from 'zod';
import { coerceValue } from '../document/coerce-value.ts';
import { didYouMeanOf } from '../document/faults/nearest-name.ts';
import { showValue } from '../document/faults/show-value.ts';
import type { JsonValue } from '../document/types.ts';
import { readPattern } from '../expressions/compile/pattern.ts';
import { Evaluation } from '../expressions/values/evaluation.ts';
import { comparerOf } from '../filter/compare-values.ts';
import type { FieldModel, ScalarType } from '../model/field-model.ts';
import { isInt32 } from '../values/integers.ts';
import { isOrderable } from '../values/scalar-type.ts';

export type ReadOperator =
  | { readonly ok: true; readonly isViolated: (value: unknown) => boolean }
  /** Which property of the rule is wrong. */
  | {
      readonly ok: false;
      readonly property: 'operator' | 'value';
      readonly message: string;
      readonly hint?: string;
    };

type Reader = (field: FieldModel, operand: JsonValue | undefined) => ReadOperator;

/** Longest address that mail servers accept (RFC 5321). */
const MAX_EMAIL_LENGTH = 254;
/** As browsers check it in a form. */
const EMAIL = z.email({ pattern: z.regexes.html5Email });
const NUMBERS: ReadonlySet<ScalarType> = new Set(['int', 'bigint', 'float', 'decimal']);

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['min', comparison((order) => order < 0)],
  ['max', comparison((order) => order > 0)],
  ['gt', comparison((order) => order <= 0)],
  ['gte', comparison((order) => order < 0)],
  ['lt', comparison((order) => order >= 0)],
  ['lte', comparison((order) => order > 0)],
  ['min_length', textLength((length, limit) => length < limit)],
  ['max_length', textLength((length, limit) => length > limit)],
  ['pattern', pattern],
  ['in', membership((isListed) => !isListed)],
  ['not_in', membership((isListed) => isListed)],
  ['not_empty', notEmpty],
  ['email', textForm((text) => text.length <= MAX_EMAIL_LENGTH && EMAIL.safeParse(text).success)],
  ['url', textForm(isWebAddress)],
]);

/** `operator` and `operand` are those of the document. A null value breaks no rule but `not_empty`. */
export function readOperator(
  operator: JsonValue | undefined,
  field: FieldModel,
  operand: JsonValue | undefined,
): ReadOperator {
  const read = typeof operator === 'string' ? READERS.get(operator) : undefined;
  if (read !== undefined) return read(field, operand);
  const message = `The rule operator ${showValue(operator ?? null)} is unknown`;
  return {
    ok: false,
    property: 'operator',
    message,
    hint: didYouMeanOf('Known', operator, READERS.keys()),
  };
}

function comparison(breaks: (order: number) => boolean): Reader {
  return (field, operand) => {
    const isNumber = NUMBERS.has(field.type);
    if (!isNumber && field.type !== 'date' && field.type !== 'timestamp')
      return unfit(field, 'numbers, dates and timestamps');
    // Numbers of all types compare as decimals, so that an integer may have a limit between two integers.
    const type = isNumber ? 'decimal' : field.type;
    const coerced = coerceValue({ type }, operand ?? null);
    if (!coerced.ok) return wrongOperand(operand, coerced.expected);
    const compare = comparerOf(type) ?? (() => 0);
    return whenGiven((value) => breaks(compare(value, coerced.value)));
  };
}

function textLength(breaks: (length: number, limit: number) => boolean): Reader {
  return (field, operand) => {
    if (field.type !== 'string') return unfit(field, 'texts');
    if (!isInt32(operand) || operand < 0) return wrongOperand(operand, 'a whole number that is not negative');
    return whenGiven((value) => breaks(codePoints(String(value)), operand));
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function pattern(field: FieldModel, operand: JsonValue | undefined): ReadOperator {
  if (field.type !== 'string') return unfit(field, 'texts');
  if (typeof operand !== 'string') return wrongOperand(operand, 'a pattern, as text');
  const read = readPattern(operand);
  if (!read.ok) return { ok: false, property: 'value', message: read.problem };
  const { size, test } = read.pattern;
  return whenGiven((value) => {
    const text = String(value);
    // Bounded like the patterns of expressions.
    new Evaluation({ now: new Date(0) }).spend(text.length * size);
    return !test(text);
  });
}

function membership(breaks: (isListed: boolean) => boolean): Reader {
  return (field, operand) => {
    const compare = comparerOf(field.type);
    if (compare === null || !isOrderable(field.type)) return unfit(field, 'all types but json and file');
    if (!Array.isArray(operand) || operand.length === 0) return wrongOperand(operand, 'a list of values');
    const listed: JsonValue[] = [];
    for (const item of operand as readonly JsonValue[]) {
      const coerced = coerceValue({ type: field.type }, item);
      if (!coerced.ok || item === null) return wrongOperand(item, coerced.ok ? 'a value' : coerced.expected);
      if (field.enumValues !== undefined && !field.enumValues.includes(String(coerced.value)))
        return wrongOperand(
          item,
          `one of ${field.enumValues.join(', ')}, the values of ${JSON.stringify(field.name)}`,
        );
      listed.push(coerced.value);
    }
    return whenGiven((value) => breaks(listed.some((item) => compare(value, item) === 0)));
  };
}

function notEmpty(_field: FieldModel, operand: JsonValue | undefined): ReadOperator {
  if (operand !== undefined && operand !== null && operand !== true)
    return wrongOperand(operand, 'left out, or true');
  return { ok: true, isViolated: isEmpty };
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  // A number beyond a double is a frozen object with a property.
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function textForm(isRight: (text: string) => boolean): Reader {
  return (field, operand) => {
    if (field.type !== 'string') return unfit(field, 'texts');
    if (operand !== undefined && operand !== null && operand !== true)
      return wrongOperand(operand, 'left out, or true');
    return whenGiven((value) => !isRight(String(value)));
  };
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && text.trim() === text;
}

function whenGiven(isViolated: (value: unknown) => boolean): ReadOperator {
  return { ok: true, isViolated: (value) => value !== null && value !== undefined && isViolated(value) };
}

function unfit(field: FieldModel, checked: string): ReadOperator {
  const message = `The operator checks ${checked}, and ${JSON.stringify(field.name)} is of type ${field.type}`;
  return { ok: false, property: 'operator', message };
}

function wrongOperand(operand: JsonValue | undefined, expected: string): ReadOperator {
  const given = operand === undefined ? 'The value is missing: it' : showValue(operand);
  return { ok: false, property: 'value', message: `${given} must be ${expected}` };
}
