import { showValue } from '../../document/faults/show-value.ts';
import type { JsonValue } from '../../document/types.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import type { ActionModel } from '../workflow-model.ts';
import { readCall } from './read-call.ts';
import { readPath } from './read-paths.ts';
import { readOptionalValue } from './read-values.ts';
import { readSetField, readWrittenValues } from './read-written-values.ts';
import {
  isAbsent,
  isObject,
  type Part,
  readEntity,
  readEventName,
  readWord,
  reportWithin,
  type WorkflowReport,
  warnOfUnknown,
} from './reading.ts';
import type { WorkflowScope } from './workflow-scope.ts';

const ACTIONS = {
  set_field: ['entity', 'record_id', 'field', 'value'],
  update_record: ['entity', 'record_id', 'values'],
  create_record: ['entity', 'values'],
  delete_record: ['entity', 'record_id'],
  webhook: ['url', 'method', 'headers', 'body'],
  send_event: ['event', 'payload'],
} as const;
type ActionType = keyof typeof ACTIONS;
const TYPES = Object.keys(ACTIONS).filter(isActionType);
const WRITES: ReadonlySet<ActionType> = new Set<ActionType>([
  'set_field',
  'update_record',
  'create_record',
  'delete_record',
]);
/** Of one step. */
const MAX_ACTIONS = 50;
/** Webhooks among them. */
const MAX_CALLS = 8;

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
  if (actions.length === 0) report.warning(['actions'], 'The step does nothing');
  if (actions.length > MAX_ACTIONS) {
    const message = `The step has ${actions.length} actions; ${MAX_ACTIONS} are allowed`;
    report.fault(['actions'], message, 'Divide them among several steps');
    return [];
  }
  checkCalls(actions, report);
  return actions.flatMap((action, index) => {
    const at = reportWithin(report, 'actions', index);
    if (!isObject(action)) at.fault([], `${showValue(action)} is not an object`);
    const read = isObject(action) ? readAction({ value: action, report: at }, of) : null;
    return read === null ? [] : [read];
  });
}

/** A step is one transaction, which ends after a while, and keeps what it writes locked until then. */
function checkCalls(actions: readonly JsonValue[], report: WorkflowReport): void {
  const types = actions.map((action) => (isObject(action) ? action['type'] : null));
  const calls = types.filter((type) => type === 'webhook').length;
  if (calls > MAX_CALLS) {
    const message = `The step has ${calls} webhooks; ${MAX_CALLS} are allowed`;
    report.fault(['actions'], message, 'Divide them among several steps');
  }
  const write = types.findIndex((type) => isActionType(type) && WRITES.has(type));
  const call = write === -1 ? -1 : types.indexOf('webhook', write);
  if (call === -1) return;
  const message = 'The records that the step has written stay locked while the receiver answers';
  report.warning(['actions', call], message, 'Put the webhook into a step of its own');
}

function readAction(part: Part, of: ActionScope): ActionModel | null {
  const type = readWord(part, 'type', { called: 'action type', words: TYPES });
  if (type === null) return null;
  warnOfUnknown(part, ['type', ...ACTIONS[type]]);
  switch (type) {
    case 'set_field':
    case 'update_record':
    case 'delete_record':
      return readChange(part, type, of);
    case 'create_record': {
      const entity = readEntity(part, of.scope);
      const values = entity === null ? null : readWrittenValues(part, { ...of, entity, isNew: true });
      return entity === null || values === null ? null : { kind: type, entity: entity.name, values };
    }
    case 'webhook':
      return readCall(part, of.variables);
    case 'send_event': {
      const event = readEventName(part);
      const payload = readOptionalValue(part, 'payload', of.variables);
      return event === null || payload === undefined ? null : { kind: type, event, payload };
    }
    default:
      return type satisfies never;
  }
}

function isActionType(type: unknown): type is ActionType {
  return typeof type === 'string' && Object.hasOwn(ACTIONS, type);
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
  const read = type === 'set_field' ? readSetField : readWrittenValues;
  const values = scope === null ? null : read(part, scope);
  if (entity === null || recordId === undefined || values === null) return null;
  return { kind: 'update_record', entity: entity.name, recordId, values };
}
