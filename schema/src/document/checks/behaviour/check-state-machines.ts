import { expressionScope } from '../../../behaviour/behaviour-scope.ts';
import { readExpression } from '../../../behaviour/read-expression.ts';
import { transitionsFieldName } from '../../../naming/graph-names.ts';
import { camelCase } from '../../../naming/identifiers.ts';
import { formatPath } from '../../faults/json-path.ts';
import { showValue } from '../../faults/show-value.ts';
import type { FieldDefinition, StateMachineDefinition, TransitionDefinition } from '../../types.ts';
import { type CheckContext, findEntity, findField, type Located, reportDuplicates } from '../context.ts';
import { checkAction, type MachineFields } from './check-actions.ts';
import { checkedScopes, warnOfDoubts } from './check-rules.ts';

interface Machine extends MachineFields {
  readonly field: FieldDefinition;
}

/** State machines: their field, their states, who may change them, and what a transition does. */
export function checkStateMachines(context: CheckContext): void {
  const scopeOf = checkedScopes(context);
  const states = new Map(
    [...Map.groupBy(context.parts.state_machines, ({ value }) => value.entity)].map(
      ([entity, machines]) => [entity, new Set(machines.map(({ value }) => value.field))] as const,
    ),
  );
  for (const machine of context.parts.state_machines) {
    const name = machine.value.entity;
    const entity = findEntity(context, name, [...machine.path, 'entity']);
    if (entity === undefined) continue;
    const reference = { value: machine.value.field, path: [...machine.path, 'field'] };
    const field = findField(context, entity, reference);
    if (field === undefined) continue;
    const scope = scopeOf(name);
    const own = states.get(name) ?? new Set<string>();
    checkMachine(context, machine, { entity, field, scope, states: own });
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
  const model = of.scope.fields.get(of.field.name);
  const holdsStates =
    model?.type === 'string' && model.writable && !model.isPrimaryKey && !model.isForeignKey;
  if (!holdsStates) {
    const message = `${JSON.stringify(of.field.name)} cannot hold states`;
    context.faults.error([...path, 'field'], message, 'States are texts that callers may set');
  }
  const added = transitionsFieldName({ graphqlName: camelCase(of.field.name) });
  if ([...of.scope.fields.values()].some(({ graphqlName }) => graphqlName === added)) {
    const message = `In GraphQL, its transitions would be ${JSON.stringify(added)}, which is a field already`;
    context.faults.error([...path, 'field'], message, 'Choose another name for that field');
  }
  const { initial, transitions } = value.definition;
  const place = [...path, 'definition'];
  if (typeof initial === 'string' && initial !== '') {
    checkState(context, of.field, { value: initial, path: [...place, 'initial'] });
    if (of.field.default !== undefined && of.field.default !== initial) {
      const message = `New records get ${showValue(of.field.default)} by default, which is not the initial state, so they are refused`;
      context.faults.warning([...place, 'initial'], message);
    }
    checkReachable(
      context,
      { value, path },
      {
        initial,
        states: of.field.enum ?? [],
        isState: (state) => isState(of.field, state),
      },
    );
  }
  for (const [index, transition] of transitions.entries()) {
    checkTransition(context, { value: transition, path: [...place, 'transitions', index] }, of);
  }
}

/** A transition from a state that no record can get into is a mistake in one of the two. */
function checkReachable(
  context: CheckContext,
  { value, path }: Located<StateMachineDefinition>,
  of: {
    readonly initial: string;
    readonly states: readonly string[];
    readonly isState: (state: string) => boolean;
  },
): void {
  const { initial } = of;
  if (!of.isState(initial)) return;
  const { transitions } = value.definition;
  const nexts = new Map<string, string[]>();
  for (const transition of transitions) {
    for (const from of sourcesOf(transition)) nexts.set(from, [...(nexts.get(from) ?? []), transition.to]);
  }
  const reached = new Set([initial]);
  // A set that grows while it is walked: each state once.
  for (const state of reached) for (const next of nexts.get(state) ?? []) reached.add(next);
  for (const state of of.states) {
    if (reached.has(state)) continue;
    context.faults.warning([...path, 'field'], `No transition leads to the state ${showValue(state)}`);
  }
  for (const [index, transition] of transitions.entries()) {
    for (const [place, from] of sourcesOf(transition).entries()) {
      if (reached.has(from) || !of.isState(from)) continue;
      const at = typeof transition.from === 'string' ? ['from'] : ['from', place];
      const message = `No record gets into the state ${showValue(from)}: no transition leads there from ${showValue(initial)}`;
      const hint = `Add a transition to ${showValue(from)}, or remove the ones from it`;
      context.faults.error([...path, 'definition', 'transitions', index, ...at], message, hint);
    }
  }
}

function sourcesOf({ from }: TransitionDefinition): readonly string[] {
  return typeof from === 'string' ? [from] : from;
}

/** States are compared as text, so only a list of values can refuse one. */
function checkState(context: CheckContext, field: FieldDefinition, state: Located<string>): void {
  if (isState(field, state.value)) return;
  const message = `${showValue(state.value)} is not a value of ${JSON.stringify(field.name)}`;
  context.faults.error(state.path, message, `Allowed: ${field.enum?.join(', ')}`);
}

function isState(field: FieldDefinition, state: string): boolean {
  return field.enum === undefined || field.enum.includes(state);
}

function checkTransition(
  context: CheckContext,
  { value, path }: Located<TransitionDefinition>,
  of: Machine,
): void {
  checkState(context, of.field, { value: value.to, path: [...path, 'to'] });
  for (const [index, state] of sourcesOf(value).entries()) {
    const place = typeof value.from === 'string' ? ['from'] : ['from', index];
    checkState(context, of.field, { value: state, path: [...path, ...place] });
  }
  if (typeof value.guard === 'string' && value.guard.trim() !== '') {
    const [scope, place] = [expressionScope(of.scope, []), [...path, 'guard']];
    const read = readExpression(value.guard, scope, (message, hint) =>
      context.faults.error(place, message, hint),
    );
    if (read !== null) warnOfDoubts(context, { value: read.expression, path: place }, scope);
  }
  for (const [index, action] of (value.actions ?? []).entries()) {
    checkAction(context, { value: action, path: [...path, 'actions', index] }, of);
  }
}
