import type { JsonPath } from '../document/faults/json-path.ts';
import { didYouMean } from '../document/faults/nearest-name.ts';
import { showValue } from '../document/faults/show-value.ts';
import type { RuleDefinition } from '../document/types.ts';
import { resultKind } from '../expressions/compile/compile-expression.ts';
import { kindOfShape } from '../expressions/compile/static-kinds.ts';
import type { Expression } from '../expressions/expression.ts';
import { referencesOf } from '../expressions/references.ts';
import { phraseOf, type ValueKind } from '../expressions/values/expression-value.ts';
import type { FieldModel } from '../model/field-model.ts';
import type { ComputedRule, ExpressionRule, FieldRule, RelatedLoad } from './behaviour-model.ts';
import { type BehaviourScope, expressionScope } from './behaviour-scope.ts';
import { type ReadExpression, type Report, readExpression } from './read-expression.ts';
import { readRelated } from './read-related.ts';
import { readOperator } from './rule-operators.ts';

/** A rule, and the expression it evaluates, where it has one. */
export type ReadRule =
  | { readonly rule: FieldRule; readonly expression: null }
  | { readonly rule: ExpressionRule | ComputedRule; readonly expression: Expression };

interface Reading {
  readonly rule: RuleDefinition;
  readonly scope: BehaviourScope;
  readonly report: Report;
}

/** Null when the rule has faults. They are reported at paths within the rule. */
export function readRule(rule: RuleDefinition, scope: BehaviourScope, report: Report): ReadRule | null {
  const reading: Reading = { rule, scope, report };
  checkTexts(reading);
  switch (rule.type) {
    case 'field':
      return readFieldRule(reading);
    case 'expression':
      return readExpressionRule(reading);
    case 'computed':
      return readComputedRule(reading);
    default:
      return rule.type satisfies never;
  }
}

function checkTexts({ rule, report }: Reading): void {
  const { message, stop_on_fail: stop } = rule.definition;
  if (message !== undefined && message !== null && typeof message !== 'string')
    report(['definition', 'message'], `${showValue(message)} must be a text`);
  if (stop !== undefined && stop !== null && typeof stop !== 'boolean')
    report(['definition', 'stop_on_fail'], `${showValue(stop)} must be true or false`);
}

function readFieldRule(reading: Reading): ReadRule | null {
  const { operator, value } = reading.rule.definition;
  const field = readField(reading);
  if (field === null) return null;
  const read = readOperator(operator, field, value);
  if (!read.ok) {
    reading.report(['definition', read.property], read.message, read.hint);
    return null;
  }
  const name = String(operator);
  const base = baseOf(reading, `field ${field.name} failed ${name} validation`);
  return {
    rule: { kind: 'field', field, operator: name, isViolated: read.isViolated, ...base },
    expression: null,
  };
}

function readExpressionRule(reading: Reading): ReadRule | null {
  const read = readEvaluated(reading);
  if (read === null) return null;
  const { expression, evaluate, related } = read;
  const base = baseOf(reading, 'Expression rule violated');
  const field = onlyField(expression, reading.scope);
  return {
    rule: { kind: 'expression', field, text: expression.text, evaluate, related, ...base },
    expression,
  };
}

/** The one field of the record that the expression reads. */
function onlyField(expression: Expression, { fields }: BehaviourScope): FieldModel | null {
  const read = referencesOf(expression).filter(({ variable }) => variable === 'record');
  const [only] = read;
  if (only === undefined || read.length > 1 || only.member === null) return null;
  return fields.get(only.member) ?? null;
}

function readComputedRule(reading: Reading): ReadRule | null {
  const { rule, report } = reading;
  if (rule.hook === 'before_delete') {
    report(['type'], 'A delete stores no computed value', 'Write "hook": "before_write"');
    return null;
  }
  const field = readField(reading);
  const read = readEvaluated(reading);
  if (field === null || read === null) return null;
  if (!field.writable || field.isPrimaryKey || field.type === 'file') {
    report(['definition', 'field'], `${JSON.stringify(field.name)} cannot be computed`);
    return null;
  }
  const { expression, evaluate, related } = read;
  const kind = resultKind(expression, expressionScope(reading.scope, related));
  if (kind !== null && !mayHold(field, kind)) {
    const message = `The expression gives ${phraseOf(kind)}, and ${JSON.stringify(field.name)} is of type ${field.type}`;
    report(['definition', 'expression'], message);
    return null;
  }
  const base = baseOf(reading, `${field.graphqlName} cannot be computed`);
  return { rule: { kind: 'computed', field, text: expression.text, evaluate, related, ...base }, expression };
}

/** Kinds are not turned into each other; dates are stored as texts, and texts may be dates. */
export function mayHold({ type }: FieldModel, kind: ValueKind): boolean {
  const own = kindOfShape(type);
  const times = ['text', 'date'];
  return own === null || own === kind || (type !== 'uuid' && times.includes(own) && times.includes(kind));
}

function baseOf({ rule }: Reading, standard: string): { message: string; stopOnFail: boolean } {
  const { message, stop_on_fail: stopOnFail } = rule.definition;
  return {
    message: typeof message === 'string' && message !== '' ? message : standard,
    stopOnFail: stopOnFail === true,
  };
}

function readField({ rule, scope, report }: Reading): FieldModel | null {
  const path: JsonPath = ['definition', 'field'];
  const name = rule.definition['field'];
  if (typeof name !== 'string') {
    report(path, 'The rule must name a field');
    return null;
  }
  const field = scope.fields.get(name);
  if (field !== undefined) return field;
  report(path, `Entity ${JSON.stringify(scope.entity)} has no field ${JSON.stringify(name)}`, () =>
    didYouMean(name, scope.fields.keys()),
  );
  return null;
}

function readEvaluated({
  rule,
  scope,
  report,
}: Reading): (ReadExpression & { readonly related: readonly RelatedLoad[] }) | null {
  const { expression: text, related_load: loads } = rule.definition;
  const related = readRelated(loads, scope, (path, message, hint) =>
    report(['definition', 'related_load', ...path], message, hint),
  );
  const path: JsonPath = ['definition', 'expression'];
  if (typeof text !== 'string' || text.trim() === '') {
    report(path, 'The rule needs an expression, as text');
    return null;
  }
  // Without the relations every use of one would be a fault too.
  if (related === null) return null;
  const read = readExpression(text, expressionScope(scope, related), (message, hint) =>
    report(path, message, hint),
  );
  return read === null ? null : { ...read, related };
}
