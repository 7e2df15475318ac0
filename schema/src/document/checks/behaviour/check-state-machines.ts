import { formatPath, type JsonPath } from '../../faults/json-path.ts';
import { showValue } from '../../faults/show-value.ts';
import type {
  FieldDefinition,
  JsonValue,
  StateMachineDefinition,
  TransitionDefinition,
} from '../../types.ts';
import { checkStoredValue } from '../check-field-value.ts';
import {
  type CheckContext,
  type EntityEntry,
  findEntity,
  findField,
  type Located,
  reportDuplicates,
} from '../context.ts';

const ACTION_TYPES: ReadonlySet<string> = new Set(['set_field', 'webhook', 'create_record', 'send_event']);

interface Machine {
  readonly entity: EntityEntry;
  readonly field: FieldDefinition;
}

/** State machines: their field, their states and what a transition sets. */
export function checkStateMachines(context: CheckContext): void {
  for (const machine of context.parts.state_machines) {
    const entity = findEntity(context, machine.value.entity, [...machine.path, 'entity']);
    if (entity === undefined) continue;
    const reference = { value: machine.value.field, path: [...machine.path, 'field'] };
    const field = findField(context, entity, reference);
    if (field !== undefined) checkMachine(context, machine, { entity, field });
  }
  reportDuplicates(
    context.parts.state_machines,
    (machine) => JSON.stringify([machine.entity, machine.field]),
    (machine, first) => {
      const message = `The field already has a state machine at ${formatPath(first.path)}`;
      context.faults.error([...machine.path, 'field'], message);
    },
  );
}

function checkMachine(
  context: CheckContext,
  { value, path }: Located<StateMachineDefinition>,
  of: Machine,
): void {
  const { initial, transitions } = value.definition;
  const place = [...path, 'definition'];
  if (typeof initial === 'string' && initial !== '') {
    checkState(context, of.field, { value: initial, path: [...place, 'initial'] });
    if (of.field.default !== undefined && of.field.default !== initial) {
      const message = `New records get ${showValue(of.field.default)} by default, which is not the initial state`;
      context.faults.warning([...place, 'initial'], message);
    }
  }
  for (const [index, transition] of transitions.entries()) {
    checkTransition(context, { value: transition, path: [...place, 'transitions', index] }, of);
  }
}

/** States are compared as text, so only a list of values can refuse one. */
function checkState(context: CheckContext, field: FieldDefinition, state: Located<string>): void {
  if (field.enum === undefined || field.enum.includes(state.value)) return;
  const message = `${showValue(state.value)} is not a value of ${JSON.stringify(field.name)}`;
  context.faults.error(state.path, message, `Allowed: ${field.enum.join(', ')}`);
}

function checkTransition(
  context: CheckContext,
  { value, path }: Located<TransitionDefinition>,
  of: Machine,
): void {
  checkState(context, of.field, { value: value.to, path: [...path, 'to'] });
  if (typeof value.from === 'string') {
    checkState(context, of.field, { value: value.from, path: [...path, 'from'] });
  } else {
    for (const [index, state] of value.from.entries()) {
      checkState(context, of.field, { value: state, path: [...path, 'from', index] });
    }
  }
  for (const [index, action] of (value.actions ?? []).entries()) {
    const place = [...path, 'actions', index];
    if (action.type === 'set_field') checkSetField(context, of.entity, { value: action, path: place });
    else if (!ACTION_TYPES.has(action.type)) {
      const message = `The action type ${showValue(action.type)} is unknown and is skipped`;
      context.faults.warning([...place, 'type'], message, `Known: ${[...ACTION_TYPES].join(', ')}`);
    }
  }
}

/** A `set_field` action of a transition or of a workflow. */
export function checkSetField(
  context: CheckContext,
  entity: EntityEntry,
  action: Located<{ readonly [key: string]: JsonValue }>,
): void {
  const path: JsonPath = [...action.path, 'field'];
  const name = action.value['field'];
  if (typeof name !== 'string') {
    context.faults.error(path, 'The action must name a field');
    return;
  }
  const field = findField(context, entity, { value: name, path });
  const literal = action.value['value'];
  // "now" is the current time, on any field.
  if (field === undefined || literal === undefined || literal === null || literal === 'now') return;
  checkStoredValue(context, field, { value: literal, path: [...action.path, 'value'] });
}
