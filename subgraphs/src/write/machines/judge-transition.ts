/** Whether a record may change its state, for a caller. */
import {
  type Caller,
  type ExpressionVariables,
  type FieldModel,
  type MachineModel,
  rolesOf,
  type TransitionModel,
  type UserError,
} from '@rocket/schema';
import { timeNow } from '../intended-values.ts';
import { evaluated } from '../rules/judge-rules.ts';
import type { WriteTransaction } from '../write-state.ts';

export type Verdict =
  /** `transition` is null where a record without a state enters the initial one. */
  | { readonly allowed: true; readonly transition: TransitionModel | null }
  | { readonly allowed: false; readonly code: UserError['code']; readonly reason: string };

export interface AskedTransition {
  /** Null for a record without a state. */
  readonly from: string | null;
  /** Null to empty the field. */
  readonly to: string | null;
  readonly caller: Caller;
  /** Told of a guard that cannot be evaluated. */
  readonly logger: WriteTransaction['logger'] | null;
  /** Where `record` is the record after the transition. */
  readonly variables: ExpressionVariables;
}

/** Of several transitions between two states the first that allows it counts; else the reason of the first is given. */
export function judgeTransition(machine: MachineModel, asked: AskedTransition): Verdict {
  const { from, to } = asked;
  if (from === null && to !== null && to === machine.initial) return { allowed: true, transition: null };
  const between = machine.transitions.filter(
    (transition) => transition.to === (to ?? '') && transition.from.has(from ?? ''),
  );
  const verdicts = between.map((transition) => verdictOn(machine, transition, asked));
  return verdicts.find(({ allowed }) => allowed) ?? verdicts[0] ?? noTransition(machine, asked);
}

function verdictOn(machine: MachineModel, transition: TransitionModel, asked: AskedTransition): Verdict {
  const { roles, guard } = transition;
  if (roles !== null && !hasRole(asked.caller, roles)) {
    const reason = `Only ${roles.join(', ')} may change ${machine.field.graphqlName} to '${transition.to}'`;
    return { allowed: false, code: 'FORBIDDEN', reason };
  }
  if (guard === null) return { allowed: true, transition };
  const of = { rule: 'state_machine', subject: guard.text, path: [] };
  const result = evaluated(asked, of, () => Boolean(guard.evaluate(asked.variables)));
  if (!result.ok) return { allowed: false, code: 'VALIDATION_FAILED', reason: result.error.message };
  if (result.value) return { allowed: true, transition };
  const reason = `${changeText(asked)} is allowed only if ${guard.text}`;
  return { allowed: false, code: 'VALIDATION_FAILED', reason };
}

/** Administrators may make every transition that there is. */
function hasRole(caller: Caller, allowed: readonly string[]): boolean {
  const own = rolesOf(caller);
  return caller.isAdmin || allowed.some((role) => own.has(role.toLowerCase()));
}

function noTransition(machine: MachineModel, asked: AskedTransition): Verdict {
  const next = nextStates(machine, asked.from);
  const allowed = next.length === 0 ? 'No other state can follow' : `Possible: ${next.join(', ')}`;
  const reason = `Invalid transition ${changeText(asked)}. ${allowed}`;
  return { allowed: false, code: 'VALIDATION_FAILED', reason };
}

function changeText({ from, to }: AskedTransition): string {
  const shown = (state: string | null) => (state === null ? 'no state' : `'${state}'`);
  return `from ${shown(from)} to ${shown(to)}`;
}

/** States that some transition leads to from this one, each once, in the order of the document. */
export function nextStates({ initial, transitions }: MachineModel, from: string | null): readonly string[] {
  const next = transitions.filter((transition) => transition.from.has(from ?? '')).map(({ to }) => to);
  return [...new Set(from === null && initial !== null ? [initial, ...next] : next)];
}

export interface SetValue {
  readonly field: FieldModel;
  /** In the form that is bound to SQL. */
  readonly value: string | number | boolean | null;
}

/** Values that the actions of a transition give to fields, in the order of the document. */
export function valuesSetBy({ actions }: TransitionModel, now: Date): readonly SetValue[] {
  return actions.flatMap((action): readonly SetValue[] => {
    const { kind } = action;
    switch (kind) {
      case 'now':
        return [{ field: action.field, value: timeNow(action.field, now) }];
      case 'set':
        return [{ field: action.field, value: action.value }];
      case 'create_record':
      case 'effect':
        return [];
      default:
        return kind satisfies never;
    }
  });
}
