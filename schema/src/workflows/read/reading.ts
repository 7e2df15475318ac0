/** What the readers of a workflow's parts share: reports at their places, and JSON that anybody may have written. */
import type { Report } from '../../behaviour/read-expression.ts';
import { readExpression } from '../../behaviour/read-expression.ts';
import type { Hint } from '../../document/faults/fault-collector.ts';
import type { JsonPath } from '../../document/faults/json-path.ts';
import { didYouMean, didYouMeanOf } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { JsonValue } from '../../document/types.ts';
import { doubtsOf } from '../../expressions/compile/compile-expression.ts';
import type { Expression } from '../../expressions/expression.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import type { FieldModel } from '../../model/field-model.ts';
import { MAX_IDENTIFIER_BYTES } from '../../model/storage-limits.ts';
import { nameProblem } from '../../naming/identifiers.ts';
import type { ExpressionModel } from '../workflow-model.ts';
import type { WorkflowEntity, WorkflowScope } from './workflow-scope.ts';

/** Told of what is wrong and of what is doubtful, at paths within what is read. */
export interface WorkflowReport {
  readonly fault: Report;
  readonly warning: Report;
}

/** Where nobody is told. */
export const UNHEARD: WorkflowReport = { fault: () => undefined, warning: () => undefined };

export type JsonObject = { readonly [key: string]: JsonValue };

/** An object of the document, with the report of its place. */
export interface Part {
  readonly value: JsonObject;
  readonly report: WorkflowReport;
}

export function reportWithin({ fault, warning }: WorkflowReport, ...place: JsonPath): WorkflowReport {
  return {
    fault: (path, message, hint) => fault([...place, ...path], message, hint),
    warning: (path, message, hint) => warning([...place, ...path], message, hint),
  };
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Properties that are left out, in a document of a program that knows them, or misspelt. */
export function warnOfUnknown({ value, report }: Part, known: readonly string[]): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    report.warning([name], `The property ${JSON.stringify(name)} is not known and has no effect`, () =>
      didYouMean(name, known),
    );
  }
}

/** As {@link warnOfUnknown}, of what decides who may do something or when it happens. */
export function refuseUnknown({ value, report }: Part, known: readonly string[]): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    report.fault([name], `There is no property ${JSON.stringify(name)} here`, () =>
      didYouMeanOf('Known', name, known),
    );
  }
}

/** A text that is not empty. */
export function readText({ value, report }: Part, property: string): string | null {
  const text = value[property];
  if (typeof text === 'string' && text !== '') return text;
  report.fault([property], isAbsent(text) ? 'The property is required' : `${showValue(text)} is not a text`);
  return null;
}

/** The name of an event: it is a part of the subject that the event is sent on, so not every text can be one. */
export function readEventName(part: Part): string | null {
  const name = readText(part, 'event');
  const problem = name === null ? null : nameProblem(name, MAX_IDENTIFIER_BYTES);
  if (problem === null) return name;
  part.report.fault(['event'], problem.message, problem.hint);
  return null;
}

/** One of the words that say of what kind a part is; null, and a fault, for all else. */
export function readWord<T extends string>(
  { value, report }: Part,
  property: string,
  of: { readonly called: string; readonly words: readonly T[] },
): T | null {
  const given = value[property];
  const word = of.words.find((known) => known === given);
  if (word !== undefined) return word;
  const message = isAbsent(given)
    ? 'The property is required'
    : `The ${of.called} ${showValue(given)} is unknown`;
  report.fault([property], message, () => didYouMeanOf('Known', given, of.words));
  return null;
}

export function readEntity(part: Part, scope: WorkflowScope): WorkflowEntity | null {
  const name = readText(part, 'entity');
  if (name === null) return null;
  const entity = scope.entities.get(name);
  if (entity !== undefined) return entity;
  if (!scope.unusableEntities?.has(name))
    part.report.fault(['entity'], `There is no entity ${JSON.stringify(name)}`, () =>
      didYouMean(name, scope.entities.keys()),
    );
  return null;
}

/** The field that is named, by a text of the document. */
export function findField(
  { name: entity, fieldByName }: Pick<WorkflowEntity, 'name' | 'fieldByName'>,
  name: unknown,
  fault: (message: string, hint?: Hint) => void,
): FieldModel | null {
  const field = typeof name === 'string' ? fieldByName.get(name) : undefined;
  if (field !== undefined) return field;
  if (isAbsent(name)) fault('The property is required');
  else
    fault(`Entity ${JSON.stringify(entity)} has no field ${showValue(name)}`, () =>
      didYouMean(String(name), fieldByName.keys()),
    );
  return null;
}

export interface ReadExpressionModel {
  readonly model: ExpressionModel;
  readonly expression: Expression;
}

export function readExpressionModel(
  part: Part,
  property: string,
  variables: ExpressionScope,
): ReadExpressionModel | null {
  const text = readText(part, property);
  if (text === null) return null;
  const read = readExpression(text, variables, (message, hint) =>
    part.report.fault([property], message, hint),
  );
  if (read === null) return null;
  for (const { position, message, hint } of doubtsOf(read.expression, variables))
    part.report.warning([property], `${position}: ${message}`, hint);
  return { model: { text, evaluate: read.evaluate }, expression: read.expression };
}

/** Undefined when it has a fault, null when there is none. */
export function readCondition(part: Part, variables: ExpressionScope): ExpressionModel | null | undefined {
  const text = part.value['condition'];
  if (isAbsent(text) || (typeof text === 'string' && text.trim() === '')) return null;
  return readExpressionModel(part, 'condition', variables)?.model;
}

/** One text, or a list of at least one; undefined when it has a fault, null when there is none. */
export function readTexts({ value, report }: Part, property: string): readonly string[] | null | undefined {
  const given = value[property];
  if (isAbsent(given)) return null;
  if (typeof given === 'string' && given !== '') return [given];
  if (
    Array.isArray(given) &&
    given.length > 0 &&
    given.every((item) => typeof item === 'string' && item !== '')
  )
    return given;
  report.fault([property], `${showValue(given)} must be a text or a list of texts`);
  return undefined;
}
