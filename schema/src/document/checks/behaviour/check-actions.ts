/** What a transition does: fields it sets, records it creates, and what it asks for after the commit. */
import { EFFECT_KINDS } from '../../../behaviour/behaviour-model.ts';
import type { BehaviourScope } from '../../../behaviour/behaviour-scope.ts';
import { createsNothing, readCreation } from '../../../behaviour/read-creation.ts';
import { MAX_IDENTIFIER_BYTES, maxTextBytes } from '../../../model/storage-limits.ts';
import { readRequest } from '../../../webhooks/read-request.ts';
import { type WorkflowReport, warnOfUnknown } from '../../../workflows/read/reading.ts';
import type { JsonPath } from '../../faults/json-path.ts';
import { didYouMeanOf } from '../../faults/nearest-name.ts';
import { showValue } from '../../faults/show-value.ts';
import type { FieldDefinition, JsonValue } from '../../types.ts';
import { checkStoredValue } from '../check-field-value.ts';
import { checkName } from '../check-names.ts';
import { type CheckContext, type EntityEntry, findEntity, findField, type Located } from '../context.ts';

type Action = { readonly type: string; readonly [key: string]: JsonValue };

const ACTION_TYPES = ['set_field', 'create_record', ...EFFECT_KINDS];
const TIMES = new Set(['timestamp', 'date', 'string']);

export interface MachineFields {
  readonly entity: EntityEntry;
  readonly scope: BehaviourScope;
  /** Fields of the entity that have a state machine. */
  readonly states: ReadonlySet<string>;
}

export function checkAction(context: CheckContext, action: Located<Action>, of: MachineFields): void {
  const { value, path } = action;
  switch (value.type) {
    case 'set_field':
      checkSet(context, action, of);
      break;
    case 'create_record':
      checkCreate(context, action, of);
      break;
    case 'send_event':
      checkEvent(context, { value: value['event'], path: [...path, 'event'] });
      break;
    case 'webhook':
      readRequest(value, (within, message, hint) =>
        context.faults.error([...path, ...within], message, hint),
      );
      break;
    default: {
      const message = `The action type ${showValue(value.type)} is unknown and is skipped`;
      context.faults.warning([...path, 'type'], message, () =>
        didYouMeanOf('Known', value.type, ACTION_TYPES),
      );
    }
  }
}

function checkCreate(context: CheckContext, { value, path }: Located<Action>, of: MachineFields): void {
  const { entity } = value;
  if (typeof entity === 'string') findEntity(context, entity, [...path, 'entity']);
  else context.faults.error([...path, 'entity'], 'The action must name an entity');
  if (createsNothing(value)) {
    const message = 'Nothing is created, because the action has no "values"';
    context.faults.warning(path, message, 'Write "values": {"FIELD": VALUE}');
    return;
  }
  const report: WorkflowReport = {
    fault: (within, message, hint) => context.faults.error([...path, ...within], message, hint),
    warning: (within, message, hint) => context.faults.warning([...path, ...within], message, hint),
  };
  warnOfUnknown({ value, report }, ['type', 'entity', 'values']);
  readCreation({ value, report }, of.scope);
}

function checkEvent(context: CheckContext, { value, path }: Located<unknown>): void {
  if (typeof value !== 'string' || value === '') context.faults.error(path, 'The action must name an event');
  else checkName(context, { value, path }, MAX_IDENTIFIER_BYTES);
}

function checkSet(context: CheckContext, action: Located<Action>, of: MachineFields): void {
  const name = checkSetField(context, of.entity, action)?.name;
  const field = name === undefined ? undefined : of.scope.fields.get(name);
  if (field === undefined) return;
  const place = [...action.path, 'field'];
  const label = JSON.stringify(field.name);
  if (!field.writable || field.isPrimaryKey) context.faults.error(place, `${label} cannot be set`);
  else if (of.states.has(field.name))
    context.faults.error(place, `${label} has a state machine of its own`, 'States change by transitions');
  const literal = action.value['value'] ?? null;
  const at = [...action.path, 'value'];
  if ((literal === null || literal === '') && !field.nullable)
    context.faults.error(at, `${label} is required and cannot be emptied`);
  else if (literal === 'now' && !(TIMES.has(field.type) && field.enumValues === undefined))
    context.faults.error(at, `${label} is of type ${field.type} and holds no time`);
  else if (literal !== null && field.type === 'file')
    context.faults.error(at, 'A file field can only be emptied');
  const most = field.type === 'string' ? maxTextBytes(field) : null;
  if (most !== null && typeof literal === 'string' && Buffer.byteLength(literal) > most)
    context.faults.error(at, `${label} is indexed and holds at most ${most} bytes`);
}

/** Gives the field, where there is one. */
function checkSetField(
  context: CheckContext,
  entity: EntityEntry,
  action: Located<{ readonly [key: string]: JsonValue }>,
): FieldDefinition | undefined {
  const path: JsonPath = [...action.path, 'field'];
  const name = action.value['field'];
  if (typeof name !== 'string') {
    context.faults.error(path, 'The action must name a field');
    return undefined;
  }
  const field = findField(context, entity, { value: name, path });
  const literal = action.value['value'];
  if (literal === undefined) {
    const message = 'The action must give a value: a literal, "now", or null to empty the field';
    context.faults.error([...action.path, 'value'], message);
  }
  // "now" is the current time.
  if (field === undefined || literal === undefined || literal === null || literal === 'now') return field;
  checkStoredValue(context, field, { value: literal, path: [...action.path, 'value'] });
  return field;
}
