/** What a write does to a record, by the words of the documentation and without any thought of speed. */
import type { Logic, RandomRule } from './random-logic.ts';
import { NUMBERS, type Row } from './random-meaning.ts';

export interface NaiveResult {
  /** The record as it is stored afterwards; null when it was refused. */
  readonly row: Row | null;
  /** Rule and field of each error. */
  readonly errors: readonly (readonly [string, string | null])[];
}

const NOTHING: Row = Object.fromEntries([...NUMBERS, 'status', 'mark'].map((name) => [name, null]));

/** @param old null for a create */
export function naiveWrite(
  { rules, machine }: Logic,
  old: Row | null,
  input: Row,
  role: string,
): NaiveResult {
  const record: Record<string, string | number | null> = { ...(old ?? NOTHING), ...input };
  const action = old === null ? 'create' : 'update';
  const see = () => ({ record, old: old ?? NOTHING, action });
  const errors: [string, string | null][] = [];
  for (const rule of ordered(rules)) {
    if (rule.type === 'computed') continue;
    if (rule.type === 'field' && old !== null && !Object.hasOwn(input, rule.field ?? '')) continue;
    if (!rule.isViolated(see())) continue;
    errors.push([rule.rule, rule.field]);
    if (rule.stops) break;
  }
  if (errors.length > 0) return { row: null, errors };
  const computed = rules.filter(({ type }) => type === 'computed');
  for (const name of ['c', 'd'])
    for (const rule of computed) if (rule.field === name) record[name] = rule.compute(record);
  const refused = { row: null, errors: [['state_machine', 'status']] as const };
  if (!Object.hasOwn(input, 'status')) return { row: record, errors };
  const [from, to] = [old?.['status'] ?? null, record['status'] ?? null];
  if (old === null) {
    const isWrong = to !== null && machine.initial !== null && to !== machine.initial;
    return isWrong ? refused : { row: record, errors };
  }
  if (from === to || (from === null && to === machine.initial)) return { row: record, errors };
  const made = machine.transitions.find(
    (each) =>
      from !== null &&
      each.from.includes(String(from)) &&
      each.to === to &&
      (each.roles.length === 0 || each.roles.includes(role)) &&
      (each.guard === null || each.guard.holds(see())),
  );
  if (made === undefined) return refused;
  return { row: { ...record, mark: made.mark ?? record['mark'] ?? null }, errors };
}

function ordered(rules: readonly RandomRule[]): readonly RandomRule[] {
  const kinds = ['field', 'expression', 'computed'];
  return rules.toSorted((a, b) => kinds.indexOf(a.type) - kinds.indexOf(b.type) || a.priority - b.priority);
}
