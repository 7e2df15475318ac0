/** Values that actions write, with what is known about them before they are written. */

import { mayHold } from '../../behaviour/read-rule.ts';
import { coerceValue } from '../../document/coerce-value.ts';
import { didYouMeanOf } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { JsonValue } from '../../document/types.ts';
import { resultKind } from '../../expressions/compile/compile-expression.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import { phraseOf } from '../../expressions/values/expression-value.ts';
import type { FieldModel } from '../../model/field-model.ts';
import { maxTextBytes } from '../../model/storage-limits.ts';
import { documentDecimal, fractionDigits } from '../../values/decimals.ts';
import type { ValueModel } from '../workflow-model.ts';
import { EXPRESSION, isExpression, readNested, warnOfTemplate } from './read-nested.ts';
import {
  isAbsent,
  isObject,
  type Part,
  type ReadExpressionModel,
  readExpressionModel,
  reportWithin,
} from './reading.ts';

const NOW = 'now';
/** Types of fields that can hold the time of a step. */
const TIMES: ReadonlySet<FieldModel['type']> = new Set(['timestamp', 'date', 'string']);

/** A value that is written nowhere in particular; null when it has a fault. `property` is there. */
export function readValue(part: Part, property: string, variables: ExpressionScope): ValueModel | null {
  const given = part.value[property];
  if (given === NOW) return { kind: 'now', form: 'instant' };
  return readNested(given ?? null, variables, reportWithin(part.report, property));
}

/** As {@link readValue}; undefined when it has a fault, null when there is none. */
export function readOptionalValue(
  part: Part,
  property: string,
  variables: ExpressionScope,
): ValueModel | null | undefined {
  if (isAbsent(part.value[property])) return null;
  return readValue(part, property, variables) ?? undefined;
}

/** A value for a field; null when it has a fault, also one of the field itself. */
export function readFieldValue(
  part: Part,
  property: string,
  of: { readonly field: FieldModel; readonly variables: ExpressionScope },
): ValueModel | null {
  const { field, variables } = of;
  const given = part.value[property];
  const fault = (message: string, hint?: () => string) => {
    part.report.fault([property], message, hint);
    return null;
  };
  const name = JSON.stringify(field.name);
  if (!isExpression(given)) {
    if (given === NOW && TIMES.has(field.type) && field.enumValues === undefined)
      return { kind: 'now', form: field.type === 'date' ? 'day' : 'instant' };
    const problem = literalProblem(field, given ?? null);
    if (problem !== null) return fault(problem.message, problem.hint);
    const report = reportWithin(part.report, property);
    if (field.type === 'json') return readNested(given ?? null, variables, report);
    warnOfTemplate(given ?? null, [], report);
    return { kind: 'literal', value: coerced(field, given ?? null) };
  }
  const read = readEvaluated(part, property, variables);
  if (read === null) return null;
  if (field.type === 'file') return fault('A file field can only be emptied');
  const kind = resultKind(read.expression, variables);
  if (kind === null || kind === 'null' || mayHold(field, kind))
    return { kind: 'expression', expression: read.model };
  return fault(`The expression gives ${phraseOf(kind)}, and ${name} is of type ${field.type}`);
}

function readEvaluated(part: Part, property: string, variables: ExpressionScope): ReadExpressionModel | null {
  const given = part.value[property];
  const report = reportWithin(part.report, property);
  return isObject(given) ? readExpressionModel({ value: given, report }, EXPRESSION, variables) : null;
}

function coerced(field: FieldModel, value: JsonValue): JsonValue {
  const read = value === null ? null : coerceValue({ type: field.type, scale: field.scale }, value);
  return read?.ok ? read.value : null;
}

function literalProblem(
  field: FieldModel,
  value: JsonValue,
): { readonly message: string; readonly hint?: () => string } | null {
  const name = JSON.stringify(field.name);
  if (value === null || (value === '' && !field.nullable))
    return field.nullable ? null : { message: `${name} is required and cannot be emptied` };
  if (field.type === 'file') return { message: 'A file field can only be emptied' };
  const digits = field.type === 'decimal' ? documentDecimal(value) : null;
  if (digits !== null && field.scale !== undefined && fractionDigits(digits) > field.scale)
    return { message: `${showValue(value)} has more than ${field.scale} digits behind the point` };
  const read = coerceValue({ type: field.type, scale: field.scale }, value);
  if (!read.ok) return { message: `${showValue(value)} must be ${read.expected}, as ${name} is` };
  const allowed = field.enumValues;
  if (allowed !== undefined && !allowed.includes(String(read.value)))
    return {
      message: `${showValue(value)} is not a value of ${name}`,
      hint: () => didYouMeanOf('Allowed', value, allowed),
    };
  const most = field.type === 'string' ? maxTextBytes(field) : null;
  return most !== null && typeof value === 'string' && Buffer.byteLength(value) > most
    ? { message: `${name} holds at most ${most} bytes` }
    : null;
}
