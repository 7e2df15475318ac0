/** Field and expression rules of one record. */
import {
  type ComputedRule,
  ExpressionError,
  type ExpressionRule,
  type ExpressionVariables,
  type FieldRule,
  type UserError,
} from '@rocket/schema';
import type { WriteTransaction } from '../write-state.ts';

type Check = FieldRule | ExpressionRule;

export interface Judged {
  /** Values as rows have them. */
  readonly variablesFor: (rule: ExpressionRule | ComputedRule) => ExpressionVariables;
  readonly valueOf: (rule: FieldRule) => unknown;
  /** Whether the rule looks at this write at all. */
  readonly concerns: (rule: Check) => boolean;
  /** Place of the rule's error. */
  readonly pathOf: (rule: Check | ComputedRule) => readonly string[];
}

/** The faults in the order of the rules, and whether a rule said to stop. */
export function judge(
  write: Pick<WriteTransaction, 'logger'>,
  checks: readonly Check[],
  of: Judged,
): { readonly errors: readonly UserError[]; readonly stopped: boolean } {
  const errors: UserError[] = [];
  for (const rule of checks) {
    if (!of.concerns(rule)) continue;
    const error = faultOf(write, rule, of);
    if (error === null) continue;
    errors.push(error);
    if (rule.stopOnFail) return { errors, stopped: true };
  }
  return { errors, stopped: false };
}

function faultOf(write: Pick<WriteTransaction, 'logger'>, rule: Check, of: Judged): UserError | null {
  const path = of.pathOf(rule);
  const name = rule.kind === 'field' ? rule.operator : rule.kind;
  const violated = evaluated(write, { rule: name, subject: rule.message, path }, () =>
    rule.kind === 'field' ? rule.isViolated(of.valueOf(rule)) : Boolean(rule.evaluate(of.variablesFor(rule))),
  );
  if (!violated.ok) return violated.error;
  return violated.value ? { code: 'VALIDATION_FAILED', message: rule.message, path, rule: name } : null;
}

export type Evaluated<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: UserError };

/**
 * Runs what evaluates a rule or guard. One that has no result for these values refuses the write: to let it pass would
 * store what the rule may forbid.
 */
export function evaluated<T>(
  { logger }: { readonly logger: WriteTransaction['logger'] | null },
  of: { readonly rule: string; readonly subject: string; readonly path: readonly string[] },
  run: () => T,
): Evaluated<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    logger?.warn({ rule: of.subject, reason: error.message }, 'a rule cannot be evaluated');
    const message = `The rule ${JSON.stringify(of.subject)} cannot be evaluated: ${error.message}`;
    return { ok: false, error: { code: 'VALIDATION_FAILED', message, path: of.path, rule: of.rule } };
  }
}
