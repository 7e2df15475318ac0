/**
 * Rules of creates and updates: field and expression rules refuse, computed ones fill fields. Expressions see each
 * record as it would be stored.
 */
import type { ComputedRule, EntityModel, ExpressionRule, FieldRule, UserError } from '@rocket/schema';
import { fieldError } from '../check-fields.ts';
import { intendedValues } from '../intended-values.ts';
import { rowValue } from '../record-sql.ts';
import { WriteRefused } from '../write-result.ts';
import type { SaveState } from '../write-state.ts';
import { computedValue } from './computed-value.ts';
import { evaluated, type Judged, judge } from './judge-rules.ts';
import { loadRelated, type RelatedOf } from './load-related.ts';
import { ruleVariables } from './rule-variables.ts';

interface Subject {
  readonly state: SaveState;
  /** The record as it would be stored, which computed fields complete. */
  readonly record: Record<string, unknown>;
  readonly related: RelatedOf;
}

/**
 * All records of one stage of a write.
 * @throws WriteRefused with the errors of all field and expression rules of all records, or else with those of all
 *   computed fields
 */
export async function applyRules(states: readonly SaveState[]): Promise<void> {
  const subjects: Subject[] = [];
  for (const [entity, own] of Map.groupBy(states, (state) => state.entity)) {
    if (hasRules(entity)) subjects.push(...(await subjectsOf(entity, own)));
  }
  refuseIfAny(checkAll(subjects));
  refuseIfAny(
    subjects.flatMap((subject) =>
      subject.state.entity.rules.beforeWrite.computed.flatMap((rule) => compute(subject, rule)),
    ),
  );
}

function hasRules({ rules }: EntityModel): boolean {
  return rules.beforeWrite.checks.length > 0 || rules.beforeWrite.computed.length > 0;
}

async function subjectsOf(entity: EntityModel, states: readonly SaveState[]): Promise<Subject[]> {
  const { checks, computed } = entity.rules.beforeWrite;
  const loads = [...checks, ...computed].flatMap((rule) => (rule.kind === 'field' ? [] : rule.related));
  const records = states.map((state) => ({ state, record: intendedValues(state) }));
  const [first] = states;
  if (first === undefined) return [];
  const related = await loadRelated(first, entity, { records: records.map(({ record }) => record), loads });
  return records.map((subject) => ({ ...subject, related }));
}

function checkAll(subjects: readonly Subject[]): UserError[] {
  const errors: UserError[] = [];
  for (const subject of subjects) {
    const { state } = subject;
    const judged = judge(state, state.entity.rules.beforeWrite.checks, judgedOf(subject));
    errors.push(...judged.errors);
    if (judged.stopped) break;
  }
  return errors;
}

function judgedOf({ state, record, related }: Subject): Judged {
  const old = state.current?.values ?? null;
  return {
    // An update is not refused for a value that it does not touch, like by all other checks of fields.
    concerns: (rule) => rule.kind !== 'field' || old === null || state.values.has(rule.field.name),
    valueOf: (rule) => record[rule.field.name],
    variablesFor: (rule) =>
      ruleVariables(state, { record, old, action: state.action }, related(record, rule.related)),
    pathOf: (rule) => pathOf(state, rule),
  };
}

function pathOf(
  { path }: SaveState,
  { field }: FieldRule | ExpressionRule | ComputedRule,
): readonly string[] {
  return field === null ? path : [...path, field.graphqlName];
}

/** Stores the result in the values of the write, where everything that follows sees it. */
function compute(subject: Subject, rule: ComputedRule): UserError[] {
  const { state, record } = subject;
  const { field } = rule;
  const judged = judgedOf(subject);
  const of = { rule: 'computed', subject: rule.message, path: judged.pathOf(rule) };
  const result = evaluated(state, of, () => rule.evaluate(judged.variablesFor(rule)) ?? null);
  if (!result.ok) return [result.error];
  const fault = (message: string) => [
    fieldError(state, field, { rule: 'computed', message: `is computed, and ${message}` }),
  ];
  if (result.value === null || (result.value === '' && field.required)) {
    if (!field.nullable) return fault('would be empty');
    state.values.set(field.name, null);
    record[field.name] = null;
    return [];
  }
  const computed = computedValue(field, result.value);
  if (!computed.ok) return fault(computed.message);
  if (field.enumValues !== undefined && !field.enumValues.includes(String(computed.value)))
    return fault(`must be one of ${field.enumValues.join(', ')}`);
  state.values.set(field.name, computed.value);
  record[field.name] = rowValue(field, computed.value);
  return [];
}

function refuseIfAny(errors: readonly UserError[]): void {
  if (errors.length > 0) throw new WriteRefused(errors);
}
