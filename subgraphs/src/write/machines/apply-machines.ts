/** State machines of creates and updates: which states follow each other, and what a transition does. */
import type { MachineModel, TransitionModel, UserError } from '@rocket/schema';
import { intendedValues } from '../intended-values.ts';
import { ruleVariables } from '../rules/rule-variables.ts';
import { WriteRefused } from '../write-result.ts';
import type { SaveState } from '../write-state.ts';
import { judgeTransition, valuesSetBy } from './judge-transition.ts';

interface Change {
  readonly state: SaveState;
  readonly machine: MachineModel;
  readonly from: string | null;
  readonly to: string | null;
}

interface AllowedChange extends Change {
  readonly transition: TransitionModel;
}

/**
 * All records of one stage of a write. Actions set values of the write, and note which records it
 * is to create, and what is to follow its commit.
 * @throws WriteRefused with the errors of all state machines of all records
 */
export function applyMachines(states: readonly SaveState[]): void {
  const errors: UserError[] = [];
  const allowed: AllowedChange[] = [];
  for (const state of states) {
    for (const machine of state.entity.machines) {
      const error = state.current === null ? wrongInitial(state, machine) : judged(state, machine, allowed);
      if (error !== null) errors.push(error);
    }
  }
  if (errors.length > 0) throw new WriteRefused(errors);
  // Only now, so that no guard sees what the transition of another field sets.
  for (const change of allowed) act(change);
}

/** A new record may have no state; its field says whether it must have one. */
function wrongInitial(state: SaveState, { field, initial }: MachineModel): UserError | null {
  const given = state.values.get(field.name) ?? null;
  if (given === null || initial === null || given === initial) return null;
  return machineError(state, field, { message: `Initial state must be '${initial}', got '${given}'` });
}

function judged(state: SaveState, machine: MachineModel, allowed: AllowedChange[]): UserError | null {
  const change = changeOf(state, machine);
  if (change === null) return null;
  const { from, to } = change;
  const variables = ruleVariables(state, {
    record: intendedValues(state),
    old: state.current?.values ?? null,
    action: state.action,
  });
  const { caller, logger } = state;
  const verdict = judgeTransition(machine, { from, to, caller, logger, variables });
  if (!verdict.allowed)
    return machineError(state, machine.field, { message: verdict.reason, code: verdict.code });
  if (verdict.transition !== null) allowed.push({ ...change, transition: verdict.transition });
  return null;
}

/** Null when the state stays as it is, unless a transition was asked for. */
function changeOf(state: SaveState, machine: MachineModel): Change | null {
  const { name } = machine.field;
  if (!state.values.has(name)) return null;
  const from = stateText(state.current?.values[name]);
  const to = stateText(state.values.get(name));
  return from === to && state.transition !== name ? null : { state, machine, from, to };
}

function stateText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function act({ state, machine, from, to, transition }: AllowedChange): void {
  for (const { field, value } of valuesSetBy(transition, state.now)) state.values.set(field.name, value);
  const of = { field: machine.field.name, from, to: to ?? '' };
  for (const action of transition.actions) {
    if (action.kind === 'create_record') {
      const { entity, values } = action;
      state.creations.push({ state, field: machine.field, entity, values });
    } else if (action.kind === 'effect') {
      const { effect, definition } = action;
      state.effects.push({ state, transition: of, effect, definition });
    }
  }
}

function machineError(
  { path }: SaveState,
  field: MachineModel['field'],
  { message, code = 'VALIDATION_FAILED' }: { message: string; code?: UserError['code'] },
): UserError {
  return { code, message, path: [...path, field.graphqlName], rule: 'state_machine' };
}
