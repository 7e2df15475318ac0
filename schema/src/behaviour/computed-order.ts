/** The order of computed fields: what is read is computed first. */
import type { Expression } from '../expressions/expression.ts';
import { referencesOf } from '../expressions/references.ts';

export interface ComputedField {
  readonly field: string;
  readonly expression: Expression;
}

export type ComputedOrder<T> =
  | { readonly ok: true; readonly order: readonly T[] }
  /** Names of fields, each of which needs the next, and the last the first. `at` is one that is part of it. */
  | { readonly ok: false; readonly at: T; readonly cycle: readonly string[] };

/**
 * `rules` are in their own order, which is kept where nothing else is asked for. A rule that reads its own field gets
 * the value that was given or stored.
 */
export function orderComputed<T extends ComputedField>(rules: readonly T[]): ComputedOrder<T> {
  const order: T[] = [];
  const done = new Set<T>();
  const path: T[] = [];
  const byField = Map.groupBy(rules, ({ field }) => field);
  const visit = (rule: T): readonly T[] | null => {
    if (done.has(rule)) return null;
    const start = path.indexOf(rule);
    if (start !== -1) return path.slice(start);
    path.push(rule);
    for (const before of rulesBefore(rule, byField)) {
      const cycle = visit(before);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(rule);
    order.push(rule);
    return null;
  };
  for (const rule of rules) {
    const cycle = visit(rule);
    if (cycle !== null) return { ok: false, at: cycle[0] ?? rule, cycle: cycle.map(({ field }) => field) };
  }
  return { ok: true, order };
}

/** Rules whose field this one reads, and the rule before it for its own field. */
function rulesBefore<T extends ComputedField>(
  rule: T,
  byField: ReadonlyMap<string, readonly T[]>,
): readonly T[] {
  const read = referencesOf(rule.expression).filter(({ variable }) => variable === 'record');
  const names = read.some(({ member }) => member === null)
    ? byField.keys()
    : read.map(({ member }) => member);
  const others = [...new Set(names)].filter((name) => name !== null && name !== rule.field);
  const own = byField.get(rule.field) ?? [];
  return [
    ...own.slice(0, own.indexOf(rule)).slice(-1),
    ...others.flatMap((name) => byField.get(name ?? '') ?? []),
  ];
}
