import { addressProblem, readHeaders } from '../../behaviour/read-webhook.ts';
import { didYouMeanOf } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import type { ActionModel, ValueModel } from '../workflow-model.ts';
import { readPath } from './read-paths.ts';
import { readFieldValue, readValue } from './read-values.ts';
import {
  findField,
  isAbsent,
  isObject,
  type Part,
  readEntity,
  readText,
  reportWithin,
  warnOfUnknown,
} from './reading.ts';
import type { WorkflowEntity, WorkflowScope } from './workflow-scope.ts';

const ACTIONS = {
  set_field: ['entity', 'record_id', 'field', 'value'],
  update_record: ['entity', 'record_id', 'values'],
  create_record: ['entity', 'values'],
  delete_record: ['entity', 'record_id'],
  webhook: ['url', 'method', 'headers', 'body'],
  send_event: ['event', 'payload'],
} as const;
type ActionType = keyof typeof ACTIONS;
const TYPES = Object.keys(ACTIONS);
const METHODS = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'] as const;

interface ActionScope {
  readonly scope: WorkflowScope;
  readonly variables: ExpressionScope;
}

/** The actions of a step; those with faults are left out. */
export function readActions({ value, report }: Part, of: ActionScope): readonly ActionModel[] {
  const actions = value['actions'];
  if (!Array.isArray(actions)) {
    const message = isAbsent(actions) ? 'The property is required' : `${showValue(actions)} is not a list`;
    report.fault(['actions'], message);
    return [];
  }
  return actions.flatMap((action, index) => {
    const at = reportWithin(report, 'actions', index);
    if (!isObject(action)) at.fault([], `${showValue(action)} is not an object`);
    const read = isObject(action) ? readAction({ value: action, report: at }, of) : null;
    return read === null ? [] : [read];
  });
}

function readAction(part: Part, of: ActionScope): ActionModel | null {
  const type = part.value['type'];
  if (!isActionType(type)) {
    part.report.fault(['type'], `The action type ${showValue(type)} is unknown`, () =>
      didYouMeanOf('Known', type, TYPES),
    );
    return null;
  }
  warnOfUnknown(part, ['type', ...ACTIONS[type]]);
  switch (type) {
    case 'set_field':
    case 'update_record':
    case 'delete_record':
      return readChange(part, type, of);
    case 'create_record': {
      const entity = readEntity(part, of.scope);
      const values = entity === null ? null : readValues(part, { ...of, entity, isNew: true });
      return entity === null || values === null ? null : { kind: type, entity: entity.name, values };
    }
    case 'webhook':
      return readCall(part, of);
    case 'send_event': {
      const event = readText(part, 'event');
      const payload = readOptionalValue(part, 'payload', of);
      return event === null || payload === undefined ? null : { kind: type, event, payload };
    }
    default:
      return type satisfies never;
  }
}

function isActionType(type: unknown): type is ActionType {
  return typeof type === 'string' && TYPES.includes(type);
}

function readChange(
  part: Part,
  type: 'set_field' | 'update_record' | 'delete_record',
  of: ActionScope,
): ActionModel | null {
  const entity = readEntity(part, of.scope);
  const recordId = readPath(part, 'record_id', of.variables)?.path;
  if (type === 'delete_record')
    return entity === null || recordId === undefined ? null : { kind: type, entity: entity.name, recordId };
  const scope = entity === null ? null : { ...of, entity, isNew: false };
  const read = type === 'set_field' ? readSetField : readValues;
  const values = scope === null ? null : read(part, scope);
  if (entity === null || recordId === undefined || values === null) return null;
  return { kind: 'update_record', entity: entity.name, recordId, values };
}

type Values = ReadonlyMap<string, ValueModel>;
type WriteScope = ActionScope & { readonly entity: WorkflowEntity; readonly isNew: boolean };

function readSetField(part: Part, of: WriteScope): Values | null {
  const field = part.value['field'];
  const name = readWritten(part, ['field', field], of);
  if (name === null) return null;
  if (part.value['value'] === undefined) {
    part.report.fault(['value'], 'The action must give a value, or null to empty the field');
    return null;
  }
  const value = readFieldValue(part, 'value', { field: name, variables: of.variables });
  return value === null ? null : new Map([[name.name, value]]);
}

function readValues(outer: Part, of: WriteScope): Values | null {
  const values = outer.value['values'];
  if (!isObject(values)) {
    const message = isAbsent(values) ? 'The property is required' : `${showValue(values)} is not an object`;
    outer.report.fault(['values'], message, 'Write {"FIELD": VALUE}');
    return null;
  }
  const part: Part = { value: values, report: reportWithin(outer.report, 'values') };
  const read = new Map<string, ValueModel>();
  for (const name of Object.keys(values)) {
    const field = readWritten(part, [name, name], of);
    const value = field === null ? null : readFieldValue(part, name, { field, variables: of.variables });
    if (value !== null) read.set(name, value);
  }
  return read.size === Object.keys(values).length ? read : null;
}

/** A field that an action may write. `named` is the property to report at, and the name. */
function readWritten({ report }: Part, named: readonly [string, unknown], { entity, isNew }: WriteScope) {
  const [property, name] = named;
  const field = findField(entity, name, (message, hint) => report.fault([property], message, hint));
  if (field === null || (field.writable && (isNew || !field.isPrimaryKey))) return field;
  report.fault([property], `${JSON.stringify(field.name)} cannot be set`);
  return null;
}

/** Undefined when it has a fault, null when there is none. */
function readOptionalValue(part: Part, property: string, { variables }: ActionScope) {
  if (isAbsent(part.value[property])) return null;
  return readValue(part, property, variables) ?? undefined;
}

function readCall(part: Part, of: ActionScope): ActionModel | null {
  const { value, report } = part;
  const url = readText(part, 'url');
  const problem = url === null ? null : addressProblem(url);
  if (problem !== null) report.fault(['url'], problem.message, problem.hint);
  const given = value['method'] ?? 'POST';
  const method = METHODS.find((known) => known === given);
  if (method === undefined)
    report.fault(['method'], `${showValue(given)} is not an allowed value`, () =>
      didYouMeanOf('Allowed', given, METHODS),
    );
  const headers = readHeaderTexts(part);
  const body = readOptionalValue(part, 'body', of);
  if (url === null || problem !== null || method === undefined) return null;
  return headers === null || body === undefined ? null : { kind: 'webhook', url, method, headers, body };
}

function readHeaderTexts({ value, report }: Part): ReturnType<typeof readHeaders> {
  const given = value['headers'] ?? {};
  const texts = new Map<string, string>();
  if (isObject(given))
    for (const [name, text] of Object.entries(given)) {
      if (typeof text === 'string') texts.set(name, text);
      else report.fault(['headers', name], `${showValue(text)} is not a text`);
    }
  else report.fault(['headers'], `${showValue(given)} is not an object`);
  const read = readHeaders(Object.fromEntries(texts), report.fault);
  return isObject(given) && texts.size === Object.keys(given).length ? read : null;
}
