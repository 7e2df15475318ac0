import { coerceValue } from '../../document/coerce-value.ts';
import { didYouMeanOf } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { JsonValue } from '../../document/types.ts';
import type { FieldModel, ScalarType } from '../../model/field-model.ts';
import { scheduleProblem, timeZoneProblem } from '../schedule.ts';
import type { TriggerModel } from '../workflow-model.ts';
import {
  findField,
  isAbsent,
  type Part,
  readCondition,
  readEntity,
  readEventName,
  readText,
  readTexts,
  refuseUnknown,
} from './reading.ts';
import {
  changeVariables,
  EVENT_VARIABLES,
  type WorkflowEntity,
  type WorkflowScope,
} from './workflow-scope.ts';

type Kind = TriggerModel['kind'];

const TRIGGERS: Readonly<Record<Kind, readonly string[]>> = {
  state_change: ['entity', 'field', 'from', 'to', 'condition'],
  record_created: ['entity', 'condition'],
  record_updated: ['entity', 'field', 'fields', 'condition'],
  record_deleted: ['entity', 'condition'],
  event: ['event', 'condition'],
  manual: ['entity', 'roles'],
  schedule: ['cron', 'time_zone'],
};
const KINDS = Object.keys(TRIGGERS);
/** Types whose values have one text each, so that a text says which value is meant. */
const COMPARED: ReadonlySet<ScalarType> = new Set(['string', 'uuid', 'int', 'bigint', 'boolean']);
const DEFAULT_TIME_ZONE = 'UTC';

/** Null when the trigger has faults. */
export function readTrigger(part: Part, scope: WorkflowScope): TriggerModel | null {
  const { value, report } = part;
  const kind = value['type'];
  if (!isKind(kind)) {
    report.fault(['type'], `The trigger type ${showValue(kind)} is unknown`, () =>
      didYouMeanOf('Known', kind, KINDS),
    );
    return null;
  }
  refuseUnknown(part, ['type', ...TRIGGERS[kind]]);
  switch (kind) {
    case 'state_change':
      return readStateChange(part, scope);
    case 'record_updated':
      return readUpdate(part, scope);
    case 'record_created':
    case 'record_deleted': {
      const change = readChange(part, scope);
      return change === null ? null : { kind, ...change.trigger };
    }
    case 'event':
      return readEvent(part);
    case 'manual':
      return readManual(part, scope);
    case 'schedule':
      return readSchedule(part);
    default:
      return kind satisfies never;
  }
}

function isKind(kind: unknown): kind is Kind {
  return typeof kind === 'string' && KINDS.includes(kind);
}

function readChange(part: Part, scope: WorkflowScope) {
  const entity = readEntity(part, scope);
  if (entity === null) return null;
  const condition = readCondition(part, changeVariables(entity));
  return condition === undefined ? null : { entity, trigger: { entity: entity.name, condition } };
}

function readStateChange(part: Part, scope: WorkflowScope): TriggerModel | null {
  const change = readChange(part, scope);
  if (change === null) return null;
  const field = readField(part, change.entity);
  if (field === null) return null;
  const from = readStates(part, 'from', field);
  const to = readStates(part, 'to', field);
  if (from === undefined || to === undefined) return null;
  return { kind: 'state_change', ...change.trigger, field: field.name, from, to };
}

function readField({ value, report }: Part, entity: WorkflowEntity): FieldModel | null {
  return findField(entity, value['field'], (message, hint) => report.fault(['field'], message, hint));
}

/** Undefined when a value has a fault, null when any will do. */
function readStates(part: Part, property: string, field: FieldModel): ReadonlySet<string> | null | undefined {
  const given = part.value[property];
  if (isAbsent(given)) return null;
  if (!COMPARED.has(field.type)) {
    const message = `Values of type ${field.type} have no text to compare with`;
    part.report.fault([property], message, 'Compare them in "condition"');
    return undefined;
  }
  const items: readonly unknown[] = Array.isArray(given) ? given : [given];
  const texts = items.map((item, index) => {
    const place = Array.isArray(given) ? [property, index] : [property];
    const problem = stateProblem(item, field);
    if (problem !== null) part.report.fault(place, problem.message, problem.hint);
    return problem === null ? String(item) : null;
  });
  if (items.length === 0) part.report.fault([property], 'The list of values is empty');
  const good = texts.filter((text) => text !== null);
  return good.length === items.length && items.length > 0 ? new Set(good) : undefined;
}

function stateProblem(
  item: unknown,
  field: FieldModel,
): { readonly message: string; readonly hint?: () => string } | null {
  // The text of null: an empty field.
  if (item === '') return null;
  if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean')
    return { message: `${showValue(item)} must be a text or a list of texts` };
  const literal: JsonValue = typeof item === 'string' ? valueOfText(item, field.type) : item;
  const coerced = coerceValue({ type: field.type }, literal);
  if (!coerced.ok)
    return { message: `${showValue(item)} must be ${coerced.expected}, as ${JSON.stringify(field.name)} is` };
  const allowed = field.enumValues;
  if (allowed === undefined || allowed.includes(String(item))) return null;
  return {
    message: `${showValue(item)} is not a value of ${JSON.stringify(field.name)}`,
    hint: () => didYouMeanOf('Allowed', item, allowed),
  };
}

/** Integers and booleans may be written as texts, since that is what they are compared as. */
function valueOfText(text: string, type: ScalarType): JsonValue {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return type === 'int' && /^-?(?:0|[1-9]\d*)$/.test(text) ? Number(text) : text;
}

function readUpdate(part: Part, scope: WorkflowScope): TriggerModel | null {
  const change = readChange(part, scope);
  if (change === null) return null;
  const property = isAbsent(part.value['fields']) ? 'field' : 'fields';
  if (property === 'fields' && !isAbsent(part.value['field'])) {
    part.report.fault(['field'], 'The trigger has "fields" already', 'Write one of them');
    return null;
  }
  const names = readTexts(part, property);
  if (names === undefined) return null;
  const isList = Array.isArray(part.value[property]);
  const fields = names?.map((name, index) =>
    findField(change.entity, name, (message, hint) =>
      part.report.fault(isList ? [property, index] : [property], message, hint),
    ),
  );
  if (fields?.includes(null)) return null;
  return { kind: 'record_updated', ...change.trigger, fields: names === null ? null : new Set(names) };
}

function readEvent(part: Part): TriggerModel | null {
  const event = readEventName(part);
  const condition = readCondition(part, EVENT_VARIABLES);
  return event === null || condition === undefined ? null : { kind: 'event', event, condition };
}

function readManual(part: Part, scope: WorkflowScope): TriggerModel | null {
  const roles = readTexts(part, 'roles');
  const isFree = isAbsent(part.value['entity']);
  const entity = isFree ? null : readEntity(part, scope);
  if (roles === undefined || (entity === null && !isFree)) return null;
  return { kind: 'manual', entity: entity?.name ?? null, roles };
}

function readSchedule(part: Part): TriggerModel | null {
  const { value, report } = part;
  const cron = readText(part, 'cron');
  const timeZone = isAbsent(value['time_zone']) ? DEFAULT_TIME_ZONE : readText(part, 'time_zone');
  const zoneProblem = timeZone === null ? null : timeZoneProblem(timeZone);
  const problem = cron === null ? null : scheduleProblem(cron);
  if (problem !== null)
    report.fault(['cron'], problem, 'Minute, hour, day, month, day of the week: "0 9 * * 1-5"');
  if (zoneProblem !== null) report.fault(['time_zone'], zoneProblem, 'Write e.g. "Europe/Zurich"');
  const isGood = problem === null && zoneProblem === null;
  return cron === null || timeZone === null || !isGood ? null : { kind: 'schedule', cron, timeZone };
}
